// Packs the directory demo as programs on Node.js would: pack.js PACKER ARCHIVE.
const fs = require('fs');
const path = require('path');

const [packer, out] = process.argv.slice(2);
const files = fs.readdirSync('demo', { recursive: true, withFileTypes: true })
	.filter((f) => f.isFile())
	.map((f) => path.posix.join(f.parentPath ?? f.path, f.name))
	.sort();
const modeOf = (name) => fs.statSync(name).mode;

function archiver(format, options) {
	const archive = require('archiver')(format, options);
	archive.pipe(fs.createWriteStream(out));
	archive.directory('demo', 'demo');
	return archive.finalize();
}

function jszip(options, streamFiles) {
	const zip = new (require('jszip'))();
	for (const name of files) {
		zip.file(name, fs.readFileSync(name), options.platform === 'UNIX' ? { unixPermissions: modeOf(name) } : {});
	}
	return zip.generateAsync({ type: 'nodebuffer', compression: 'DEFLATE', streamFiles, ...options }).then((data) => fs.writeFileSync(out, data));
}

function yazl(options, add) {
	const zip = new (require('yazl').ZipFile)();
	zip.outputStream.pipe(fs.createWriteStream(out));
	for (const name of files) {
		add(zip, name);
	}
	zip.end(options);
}

const packers = {
	'archiver zip': () => archiver('zip', {}),
	'archiver zip64': () => archiver('zip', { forceZip64: true }),
	'archiver tar': () => archiver('tar', { gzip: true }),
	'jszip': () => jszip({}, false),
	'jszip streamed': () => jszip({}, true),
	'jszip on Unix': () => jszip({ platform: 'UNIX' }, false),
	'yazl files': () => yazl({}, (zip, name) => zip.addFile(name, name)),
	'yazl streams': () => yazl({}, (zip, name) => zip.addReadStream(fs.createReadStream(name), name, { mode: modeOf(name) })),
	'yazl zip64': () => yazl({ forceZip64Format: true }, (zip, name) => zip.addFile(name, name, { forceZip64Format: true })),
	'adm-zip': () => {
		const zip = new (require('adm-zip'))();
		zip.addLocalFolder('demo', 'demo');
		zip.writeZip(out);
	},
	'fflate': () => {
		const tree = Object.fromEntries(files.map((name) => [name, [fs.readFileSync(name), { os: 3, attrs: modeOf(name) << 16 }]]));
		fs.writeFileSync(out, require('fflate').zipSync(tree));
	},
	'fflate without modes': () => {
		const tree = Object.fromEntries(files.map((name) => [name, fs.readFileSync(name)]));
		fs.writeFileSync(out, require('fflate').zipSync(tree));
	},
};

packers[packer]();

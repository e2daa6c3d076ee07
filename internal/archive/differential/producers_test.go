package differential_test

import (
	"archive/tar"
	"archive/zip"
	"compress/gzip"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// A producer is a program that packs the directory "demo" of the current one
// into $1, with $1's ending.
type producer struct {
	name   string
	needs  string
	script string
	ends   []string
	// ascii: programs disagree on the names beyond ASCII that it writes, so they are
	// refused. short: it has no names of more than 100 bytes.
	ascii, short bool
	plain        bool   // it keeps no executable bits
	adds         string // a file of its own
	classes      string // the directory of what compileJava compiled
}

func producers() []producer {
	py := func(code string) string {
		return `python3 -c 'import sys, os, io, shutil, tarfile, zipfile, zipapp; out = sys.argv[1]; ` + code + `' "$1"`
	}
	pyTar := func(format string) string {
		return py(`t = tarfile.open(out, "w:" + out.rpartition(".")[2], format=tarfile.` + format + `); t.add("demo"); t.close()`)
	}
	const pyWrite = `[z.write(os.path.join(d, f)) for d, _, fs in os.walk("demo") for f in fs]; z.close()`
	perl := func(use, code string) string {
		return `perl -MFile::Find -M` + use + ` -e 'my @f; find({no_chdir => 1, wanted => sub { push @f, $_ }}, "demo"); ` + code + `' "$1"`
	}
	git := `git init -q g && cp -r demo/. g/ && cd g && git add -A && git -c user.name=x -c user.email=x@example.org commit -qm x && `
	npm := `cp -r demo n && echo "{\"name\":\"demo\",\"version\":\"1.0.0\"}" >n/package.json && cd n && npm pack --offline --silent --cache ../cache >/dev/null && mv demo-1.0.0.tgz "$1"`
	java := func(mode string) string {
		return `java -XX:TieredStopAtLevel=1 -cp ` + commonsCompress + `:"$CLASSES" Pack "` + mode + `" "$1"`
	}
	ant := func(target string) string {
		return `ant -q -S -f "$TESTDATA/build.xml" -Dout="$1" -Ddir="$PWD" ` + target
	}
	ruby := func(code string) string {
		return `ruby -W0 -rzip -e 'out = ARGV[0]; all = Dir.glob("demo/**/*", File::FNM_DOTMATCH).reject { |f| f.end_with?("/.") }.sort; ` + code + `' "$1"`
	}
	php := func(code string) string {
		return `php -d phar.readonly=0 -r '$out = $argv[1]; $all = new RecursiveIteratorIterator(new RecursiveDirectoryIterator("demo", FilesystemIterator::SKIP_DOTS)); ` + code + `' "$1"`
	}
	const phpZip = `$z = new ZipArchive; $z->open($out, ZipArchive::CREATE) or exit(1); foreach ($all as $f) { $z->addFile($f, $f); `
	all := []string{".tar.gz", ".tar.bz2", ".tar.xz", ".tar.zst", ".tar"}
	return []producer{
		{name: "GNU tar", needs: "tar", script: `tar -caf "$1" demo`, ends: all},
		{name: "GNU tar of the directory itself", needs: "tar", script: `tar -caf "$1" -C demo .`, ends: []string{".tar.gz"}},
		{name: "GNU tar, posix", needs: "tar", script: `tar --format=posix -caf "$1" demo`, ends: []string{".tar.gz", ".tar"}},
		{name: "GNU tar, gnu", needs: "tar", script: `tar --format=gnu -caf "$1" demo`, ends: []string{".tar.gz", ".tar"}},
		{name: "GNU tar, oldgnu", needs: "tar", script: `tar --format=oldgnu -caf "$1" demo`, ends: []string{".tar.gz", ".tar"}},
		{name: "GNU tar, ustar", needs: "tar", script: `tar --format=ustar -caf "$1" demo`, ends: []string{".tar.gz", ".tar"}},
		{name: "GNU tar, v7", needs: "tar", script: `tar --format=v7 -caf "$1" demo`, ends: []string{".tar.gz"}, short: true},
		{name: "GNU tar, reproducible", needs: "tar", script: `tar --sort=name --mtime=@0 --owner=0 --group=0 --numeric-owner -c demo | gzip -n9 >"$1"`, ends: []string{".tar.gz"}},
		{name: "GNU tar through pigz", needs: "pigz", script: `tar -c demo | pigz -b 128 >"$1"`, ends: []string{".tar.gz"}},
		{name: "GNU tar through pigz, independent blocks", needs: "pigz", script: `tar -c demo | pigz -i -b 128 >"$1"`, ends: []string{".tar.gz"}},
		{name: "GNU tar through zstd, level 19", needs: "zstd", script: `tar -c demo | zstd -q -19 -T2 >"$1"`, ends: []string{".tar.zst"}},
		{name: "GNU tar through zstd without checksum", needs: "zstd", script: `tar -c demo | zstd -q -1 --no-check >"$1"`, ends: []string{".tar.zst"}},
		{name: "GNU tar through xz, many blocks", needs: "xz", script: `tar -c demo | xz -T2 --block-size=4096 --check=sha256 >"$1"`, ends: []string{".tar.xz"}},
		{name: "GNU tar through bzip2, two streams", needs: "bzip2", script: `tar -cf t demo && { head -c 700 t | bzip2; tail -c +701 t | bzip2 -1; } >"$1"`, ends: []string{".tar.bz2"}},
		{name: "bsdtar", needs: "bsdtar", script: `bsdtar -caf "$1" demo`, ends: append(all[:5:5], ".zip")},
		{name: "bsdtar, pax", needs: "bsdtar", script: `bsdtar --format=pax -caf "$1" demo`, ends: []string{".tar.gz"}},
		{name: "bsdtar, gnutar", needs: "bsdtar", script: `bsdtar --format=gnutar -caf "$1" demo`, ends: []string{".tar.gz"}},
		{name: "bsdtar, v7", needs: "bsdtar", script: `bsdtar --format=v7 -caf "$1" demo`, ends: []string{".tar.gz"}, short: true},
		{name: "bsdcpio", needs: "bsdcpio", script: `find demo | bsdcpio --quiet -o -H ustar | gzip >"$1"`, ends: []string{".tar.gz"}},
		{name: "busybox", needs: "busybox", script: `busybox tar -czf "$1" demo`, ends: []string{".tar.gz"}},
		{name: "git archive", needs: "git", script: git + `git archive --prefix=demo-1/ -o "$1" HEAD`, ends: []string{".tar.gz", ".tar", ".zip"}},
		{name: "git archive without a prefix", needs: "git", script: git + `git archive -o "$1" HEAD`, ends: []string{".tar.gz", ".zip"}},
		{name: "npm pack", needs: "npm", script: npm, ends: []string{".tar.gz"}, adds: "package.json"},
		{name: "Python's shutil", needs: "python3", script: py(`shutil.make_archive("a", "gztar", ".", "demo"); os.rename("a.tar.gz", out)`), ends: []string{".tar.gz"}},
		{name: "Python's shutil", needs: "python3", script: py(`shutil.make_archive("a", "xztar", ".", "demo"); os.rename("a.tar.xz", out)`), ends: []string{".tar.xz"}},
		{name: "Python's shutil", needs: "python3", script: py(`shutil.make_archive("a", "zip", ".", "demo"); os.rename("a.zip", out)`), ends: []string{".zip"}},
		{name: "Python's tarfile, pax", needs: "python3", script: pyTar("PAX_FORMAT"), ends: []string{".tar.gz", ".tar.bz2", ".tar.xz"}},
		{name: "Python's tarfile, gnu", needs: "python3", script: pyTar("GNU_FORMAT"), ends: []string{".tar.gz"}},
		{name: "Python's tarfile, ustar", needs: "python3", script: pyTar("USTAR_FORMAT"), ends: []string{".tar.gz"}},
		{name: "Python's zipfile", needs: "python3", script: py(`z = zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED); ` + pyWrite), ends: []string{".zip"}},
		{name: "Python's zipfile, stored", needs: "python3", script: py(`z = zipfile.ZipFile(out, "w"); ` + pyWrite), ends: []string{".zip"}},
		{name: "Python to a pipe", needs: "python3", script: py(`z = zipfile.ZipFile(sys.stdout.buffer, "w", zipfile.ZIP_DEFLATED); `+pyWrite) + ` | cat >"$1"`, ends: []string{".zip"}},
		{name: "Python's zipapp", needs: "python3", script: py(`zipapp.create_archive("demo", out, main="a:b", compressed=True)`), ends: []string{".zip"}, adds: "__main__.py"},
		{name: "Perl's Archive::Tar", needs: "perl", script: perl("Archive::Tar", `Archive::Tar->create_archive(shift, COMPRESS_GZIP, @f) or die`), ends: []string{".tar.gz"}},
		{name: "Perl's IO::Compress::Zip", needs: "perl", script: perl("IO::Compress::Zip=zip", `zip [grep { -f } @f] => shift or die`), ends: []string{".zip"}, ascii: true},
		{name: "Info-ZIP", needs: "zip", script: `zip -qr "$1" demo`, ends: []string{".zip"}, ascii: true},
		{name: "Info-ZIP to a pipe", needs: "zip", script: `zip -qr - demo | cat >"$1"`, ends: []string{".zip"}, ascii: true},
		{name: "Info-ZIP from a pipe", needs: "zip", script: `find demo -type f | zip -q9 -@ "$1"`, ends: []string{".zip"}, ascii: true},
		{name: "Info-ZIP, nothing but names", needs: "zip", script: `zip -qrXD "$1" demo`, ends: []string{".zip"}, ascii: true},
		{name: "Info-ZIP, stored", needs: "zip", script: `zip -qr0 "$1" demo`, ends: []string{".zip"}, ascii: true},
		{name: "Info-ZIP, updated", needs: "zip", script: `zip -qr "$1" demo/pack.yaml demo/docs && zip -qr "$1" demo`, ends: []string{".zip"}, ascii: true},
		{name: "7z", needs: "7z", script: `7z a -bd "$1" demo >/dev/null`, ends: []string{".zip", ".tar"}},
		{name: "7z, stored", needs: "7z", script: `7z a -bd -mx0 "$1" demo >/dev/null`, ends: []string{".zip"}},
		{name: "7z around GNU tar", needs: "7z", script: `tar -c demo | 7z a -bd -si"x.tar" "$1" >/dev/null`, ends: []string{".tar.gz", ".tar.bz2", ".tar.xz"}},
		{name: "Perl's Archive::Zip", needs: "perl", script: perl("Archive::Zip", `$z = Archive::Zip->new; $z->addTree("demo", "demo"); $z->writeToFileNamed(shift) == 0 or die`), ends: []string{".zip"}, ascii: true},
		{name: "jar", needs: "jar", script: `jar cf "$1" -C demo .`, ends: []string{".zip"}, ascii: true, plain: true, adds: "META-INF/MANIFEST.MF"},
		{name: "jar without a manifest", needs: "jar", script: `jar cMf "$1" demo`, ends: []string{".zip"}, ascii: true, plain: true},
		{name: "jar, stored", needs: "jar", script: `jar c0Mf "$1" demo`, ends: []string{".zip"}, ascii: true, plain: true},
		{name: "java.util.zip", needs: "javac", script: java("util"), ends: []string{".zip"}, ascii: true, plain: true},
		{name: "Commons Compress", needs: "javac", script: java("file"), ends: []string{".zip"}},
		{name: "Commons Compress, zip64 always", needs: "javac", script: java("always"), ends: []string{".zip"}},
		{name: "Commons Compress, zip64 always and compatible", needs: "javac", script: java("compatible"), ends: []string{".zip"}},
		{name: "Commons Compress to a stream", needs: "javac", script: java("stream"), ends: []string{".zip"}},
		{name: "Commons Compress to a stream, zip64 always", needs: "javac", script: java("stream, always"), ends: []string{".zip"}},
		{name: "Commons Compress, posix", needs: "javac", script: java("posix"), ends: []string{".tar.gz"}},
		{name: "Commons Compress, gnu", needs: "javac", script: java("gnu"), ends: []string{".tar.gz"}},
		{name: "Ant", needs: "ant", script: ant("zip"), ends: []string{".zip"}},
		{name: "Ant, zip64 always", needs: "ant", script: ant("always"), ends: []string{".zip"}},
		{name: "Ant's jar", needs: "ant", script: ant("jar"), ends: []string{".zip"}, adds: "META-INF/MANIFEST.MF"},
		{name: "Ant, posix", needs: "ant", script: ant("posix"), ends: []string{".tar.gz"}},
		{name: "Ant, gnu", needs: "ant", script: ant("gnu"), ends: []string{".tar.gz"}},
		{name: "rubyzip", needs: "ruby", script: ruby(`Zip.unicode_names = true; Zip::File.open(out, Zip::File::CREATE) { |z| all.each { |f| z.add(f, f) } }`), ends: []string{".zip"}},
		{name: "rubyzip ready for zip64", needs: "ruby", script: ruby(`Zip.unicode_names = true; Zip.write_zip64_support = true; Zip::File.open(out, Zip::File::CREATE) { |z| all.each { |f| z.add(f, f) } }`), ends: []string{".zip"}},
		{name: "rubyzip to a stream", needs: "ruby", script: ruby(`Zip.unicode_names = true; File.binwrite(out, Zip::OutputStream.write_buffer { |z| all.each { |f| next if File.directory?(f); z.put_next_entry(f); z.write File.binread(f) } }.string)`), ends: []string{".zip"}, plain: true},
		{name: "PHP's ZipArchive", needs: "php", script: php(phpZip + `} $z->close() or exit(1);`), ends: []string{".zip"}},
		{name: "PHP's PharData", needs: "php", script: php(`$p = new PharData("p.tar"); $p->buildFromIterator($all, getcwd()); $p->compress(Phar::GZ); rename("p.tar.gz", $out);`), ends: []string{".tar.gz"}},
		{name: "npm style", needs: "bsdtar", script: `bsdtar --format=ustar -s ,^demo,package, -czf "$1" demo`, ends: []string{".tar.gz"}},
	}
}

// commonsCompress is where Debian has the library.
const commonsCompress = "/usr/share/java/commons-compress.jar"

// compileJava compiles the packers in Java, and returns the directory of the result, "" when a
// program or the library is missing: then they are skipped.
func compileJava(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	out, err := exec.CommandContext(t.Context(), "javac", "-cp", commonsCompress, "-d", dir, filepath.Join("testdata", "Pack.java")).CombinedOutput()
	if err == nil {
		return dir
	}
	if os.Getenv("CI") != "" {
		t.Fatalf("compile Pack.java: %v\n%s", err, out)
	}
	return ""
}

// pack runs the producer in dir.
func (p producer) pack(t *testing.T, dir, archive string) {
	t.Helper()
	needPrograms(t, "bash", p.needs)
	if p.needs == "javac" && p.classes == "" {
		t.Skip("Commons Compress is missing")
	}
	testdata, err := filepath.Abs("testdata")
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), "bash", "-o", "pipefail", "-c", p.script, "bash", archive)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "LC_ALL=C.UTF-8", "GIT_CONFIG_GLOBAL=/dev/null", "GIT_CONFIG_NOSYSTEM=1", "TESTDATA="+testdata, "CLASSES="+p.classes)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%s: %v\n%s", p.name, err, out)
	}
}

// goProducers are of the standard library.
func goProducers() map[string]func(w io.Writer, tree fs.FS) error {
	return map[string]func(w io.Writer, tree fs.FS) error{
		"zip": func(w io.Writer, tree fs.FS) error {
			z := zip.NewWriter(w)
			if err := z.AddFS(tree); err != nil {
				return err
			}
			return z.Close()
		},
		"tar.gz": func(w io.Writer, tree fs.FS) error {
			z := gzip.NewWriter(w)
			archive := tar.NewWriter(z)
			if err := archive.AddFS(tree); err != nil {
				return err
			}
			if err := archive.Close(); err != nil {
				return err
			}
			return z.Close()
		},
	}
}

// packGo makes an archive with a producer of Go.
func packGo(t *testing.T, dir, archive string, pack func(w io.Writer, tree fs.FS) error) {
	t.Helper()
	f, err := os.Create(archive)
	if err != nil {
		t.Fatal(err)
	}
	if err := pack(f, os.DirFS(filepath.Join(dir, "demo"))); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
}

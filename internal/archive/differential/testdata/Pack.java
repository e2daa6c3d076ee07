import java.io.*;
import java.nio.file.*;
import java.util.*;
import java.util.stream.*;
import java.util.zip.*;
import org.apache.commons.compress.archivers.tar.*;
import org.apache.commons.compress.archivers.zip.*;
import org.apache.commons.compress.archivers.zip.ZipFile;

/** Packs the directory demo as a program in Java would: Pack.java MODE ARCHIVE. */
class Pack {
	static final Path TOP = Path.of("demo");

	public static void main(String[] args) throws Exception {
		File out = new File(args[1]);
		List<Path> all;
		try (Stream<Path> walk = Files.walk(TOP)) {
			all = walk.sorted().collect(Collectors.toList());
		}
		switch (args[0]) {
			case "util" -> util(out, all);
			case "file" -> zip(new ZipArchiveOutputStream(out), all, Zip64Mode.AsNeeded);
			case "always" -> zip(new ZipArchiveOutputStream(out), all, Zip64Mode.Always);
			case "compatible" -> zip(new ZipArchiveOutputStream(out), all, Zip64Mode.AlwaysWithCompatibility);
			case "stream" -> zip(new ZipArchiveOutputStream(new FileOutputStream(out)), all, Zip64Mode.AsNeeded);
			case "stream, always" -> zip(new ZipArchiveOutputStream(new FileOutputStream(out)), all, Zip64Mode.Always);
			case "posix" -> tar(out, all, TarArchiveOutputStream.LONGFILE_POSIX);
			case "gnu" -> tar(out, all, TarArchiveOutputStream.LONGFILE_GNU);
			default -> throw new IllegalArgumentException(args[0]);
		}
	}

	static String name(Path p) {
		return Files.isDirectory(p) ? p + "/" : p.toString();
	}

	static int mode(Path p) {
		return Files.isDirectory(p) ? 040755 : Files.isExecutable(p) && p.toString().endsWith(".sh") ? 0100755 : 0100644;
	}

	static void util(File out, List<Path> all) throws IOException {
		try (ZipOutputStream z = new ZipOutputStream(new FileOutputStream(out))) {
			for (Path p : all) {
				z.putNextEntry(new ZipEntry(name(p)));
				if (!Files.isDirectory(p)) Files.copy(p, z);
				z.closeEntry();
			}
		}
	}

	static void zip(ZipArchiveOutputStream z, List<Path> all, Zip64Mode mode) throws IOException {
		z.setUseZip64(mode);
		for (Path p : all) {
			ZipArchiveEntry e = new ZipArchiveEntry(name(p)); // its size is not told
			e.setUnixMode(mode(p));
			z.putArchiveEntry(e);
			if (!Files.isDirectory(p)) Files.copy(p, z);
			z.closeArchiveEntry();
		}
		z.close();
	}

	static void tar(File out, List<Path> all, int longFiles) throws IOException {
		TarArchiveOutputStream t = new TarArchiveOutputStream(new GZIPOutputStream(new FileOutputStream(out)), "UTF-8");
		t.setLongFileMode(longFiles);
		t.setAddPaxHeadersForNonAsciiNames(longFiles == TarArchiveOutputStream.LONGFILE_POSIX);
		for (Path p : all) {
			TarArchiveEntry e = new TarArchiveEntry(p.toFile(), name(p));
			e.setMode(mode(p));
			t.putArchiveEntry(e);
			if (!Files.isDirectory(p)) Files.copy(p, t);
			t.closeArchiveEntry();
		}
		t.close();
	}
}

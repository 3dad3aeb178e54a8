package dev.headgate.cli.command;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;

/** A file for payloads, which only its owner reads, from its first moment on. */
public final class PrivateFile {

    private PrivateFile() {}

    /**
     * Creates it, empty, in place of one that is there; on a file system without permissions as that creates files.
     *
     * @return the file
     */
    public static Path create(Path file) throws IOException {
        Files.deleteIfExists(file);
        boolean permissions =
                Files.getFileStore(file.toAbsolutePath().getParent()).supportsFileAttributeView("posix");
        return permissions
                ? Files.createFile(
                        file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")))
                : Files.createFile(file);
    }
}

package dev.headgate.guarantee;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/** Debian's browser, without a window. */
final class Chromium {

    private static final Path BINARY = Path.of("/usr/bin/chromium");

    private Chromium() {}

    static boolean isInstalled() {
        return Files.isExecutable(BINARY);
    }

    /** The document as it is when the page's scripts have had some seconds. */
    static String document(Path directory, String url) throws IOException, InterruptedException {
        Path document = directory.resolve("document.html");
        Process process = new ProcessBuilder(
                        BINARY.toString(),
                        "--headless=new",
                        "--no-sandbox",
                        "--disable-gpu",
                        "--user-data-dir=" + directory.resolve("profile"),
                        "--virtual-time-budget=3000",
                        "--dump-dom",
                        url)
                .redirectOutput(document.toFile())
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        if (!process.waitFor(60, TimeUnit.SECONDS)) {
            process.destroyForcibly();
            throw new IOException("The browser did not end");
        }
        return Files.readString(document, StandardCharsets.UTF_8);
    }
}

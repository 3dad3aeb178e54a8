package dev.headgate.guarantee;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headgate.cli.Main;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.function.Consumer;

/** One run of a command with the settings of a pipeline, and all that it said. */
record HeadgateCommand(int exitCode, String out, String err) {

    /** @param words the command, its arguments and options, separated by blanks */
    static HeadgateCommand deadLetters(Pipeline pipeline, String words) {
        return run(pipeline, List.of(("dead-letters " + words).split(" ")));
    }

    /** Likewise. */
    static HeadgateCommand jobs(Pipeline pipeline, String words) {
        return run(pipeline, List.of(("jobs " + words).split(" ")));
    }

    HeadgateCommand succeeded() {
        assertThat(exitCode).as(err).isZero();
        return this;
    }

    /** With this exit code, and one line that says this. */
    void failed(int expectedCode, String line) {
        assertThat(exitCode).isEqualTo(expectedCode);
        assertThat(out).isEmpty();
        assertThat(err.lines())
                .singleElement()
                .asString()
                .startsWith("headgate: ")
                .contains(line);
    }

    static HeadgateCommand run(Pipeline pipeline, List<String> arguments) {
        return run(Pipeline.ROUTES, pipeline.properties(), arguments);
    }

    static HeadgateCommand run(Path routes, Map<String, String> settings, List<String> arguments) {
        return run(routes, settings, arguments, line -> {});
    }

    /** @param said takes each line of standard error when it is written, on the command's thread */
    static HeadgateCommand run(
            Path routes, Map<String, String> settings, List<String> arguments, Consumer<String> said) {
        Path config = configuration(settings);
        try {
            List<String> all = new ArrayList<>(arguments);
            all.addAll(List.of("--routes", routes.toString(), "--config", config.toString()));
            StringWriter out = new StringWriter();
            StringWriter err = new StringWriter() {
                private int heard;

                @Override
                public void flush() {
                    String all = toString();
                    for (int end = all.indexOf('\n', heard); end >= 0; end = all.indexOf('\n', heard)) {
                        String line = all.substring(heard, end);
                        heard = end + 1;
                        said.accept(line);
                    }
                }
            };
            int exitCode = Main.run(new PrintWriter(out), new PrintWriter(err), all.toArray(String[]::new));
            return new HeadgateCommand(exitCode, out.toString(), err.toString());
        } finally {
            config.toFile().delete();
        }
    }

    private static Path configuration(Map<String, String> settings) {
        Properties properties = new Properties();
        properties.putAll(settings);
        try {
            Path file = Files.createTempFile("headgate", ".properties");
            try (Writer writer = Files.newBufferedWriter(file)) {
                properties.store(writer, null);
            }
            return file;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}

package dev.headgate.bench;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.headgate.cli.command.RoutesOption;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.springframework.util.FileSystemUtils;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code headgate bench objects}. */
@CommandLine.Command(name = "objects", description = "Archive a preloaded topic in S3, in each format.")
@SuppressWarnings("NullAway.Init") // picocli sets the fields
final class ObjectsBenchCommand implements Callable<Integer> {
    @Mixin
    private RoutesOption routes;

    @Option(
            names = "--messages",
            paramLabel = "N",
            defaultValue = "500000",
            description = "Messages of about 260 bytes to preload (default: ${DEFAULT-VALUE}).")
    private int messages;

    @Option(names = "--json", description = "Print the result as one JSON object, and nothing else.")
    private boolean json;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws Exception {
        if (messages < 2 * ObjectsBench.BATCH_SIZE || messages % ObjectsBench.BATCH_SIZE != 0) {
            throw new ParameterException(
                    spec.commandLine(), "--messages must be a multiple of 50000, at least 100000, found " + messages);
        }
        Path directory = Files.createTempDirectory("headgate-bench-");
        try {
            ObjectsBench.Result result = new ObjectsBench(
                            routes.folder(), messages, spec.commandLine().getErr()::println)
                    .run(directory);
            PrintWriter out = spec.commandLine().getOut();
            out.println(json ? new ObjectMapper().writeValueAsString(result) : result.text());
            out.flush();
            return 0;
        } finally {
            FileSystemUtils.deleteRecursively(directory);
        }
    }
}

package dev.headgate.cli;

import dev.headgate.ConfigurationException;
import dev.headgate.HeadgateException;
import dev.headgate.cli.command.Command;
import dev.headgate.cli.command.SettingsOptions;
import dev.headgate.manage.ManagementAccess;
import dev.headgate.manage.hawtio.HawtioConsole;
import dev.headgate.manage.hawtio.JolokiaAgent;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code headgate hawtio}: until a signal ends it. */
@CommandLine.Command(
        name = "hawtio",
        description = "Open the Hawtio console on the Headgate that runs with these settings.",
        footer = {
            "",
            "It finds the process by camel.management.* and has its credentials by headgate.management.*.",
            "The console changes nothing unless the process runs with headgate.management.write=true.",
            "Open the address that it prints in a browser of this machine; Ctrl-C ends it."
        })
@SuppressWarnings("NullAway.Init") // picocli sets the fields
final class HawtioCommand implements Command {

    @Mixin
    private SettingsOptions settings;

    @Option(
            names = "--port",
            paramLabel = "PORT",
            defaultValue = "9877",
            description = "Where the console listens, on this machine only; 0 for any free port (default: 9877).")
    private int port;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws InterruptedException {
        JolokiaAgent jolokia = jolokia(ManagementAccess.of(settings.load()));
        jolokia.check();
        try (HawtioConsole console = start(jolokia)) {
            spec.commandLine().getOut().println(console.address());
            spec.commandLine().getOut().flush();
            new CountDownLatch(1).await();
        } catch (IOException e) {
            throw new HeadgateException("The console did not stop: " + e.getMessage(), e);
        }
        return 0;
    }

    private static JolokiaAgent jolokia(ManagementAccess access) {
        if (!access.isEnabled()) {
            throw new ConfigurationException(
                    "With these settings a Headgate has no management server, which Hawtio asks:"
                            + " set camel.management.enabled=true and camel.management.jolokia-enabled=true for it.");
        }
        URI address = URI.create(access.url() + "/observe/jolokia");
        return new JolokiaAgent(address, access.authorization());
    }

    private HawtioConsole start(JolokiaAgent jolokia) {
        Path war = Path.of(System.getProperty("headgate.home", "."), "target", "hawtio.war");
        if (!Files.exists(war)) {
            throw new HeadgateException(
                    "Hawtio is missing (%s): the launcher fetches it with Maven, from a checkout of Headgate."
                            .formatted(war));
        }
        try {
            return HawtioConsole.start(war, port, jolokia);
        } catch (IOException e) {
            throw new HeadgateException(
                    "The console cannot listen on port %d (%s): name a free one with --port."
                            .formatted(port, e.getMessage()),
                    e);
        }
    }
}

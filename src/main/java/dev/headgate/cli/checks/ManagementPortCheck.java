package dev.headgate.cli.checks;

import dev.headgate.ConfigurationException;
import dev.headgate.manage.ManagementAccess;
import dev.headgate.settings.Settings;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;

/** Looks whether the management server can listen: Camel would log that it cannot, and run without. */
final class ManagementPortCheck {

    private static final String PORT = "camel.management.port";

    private ManagementPortCheck() {}

    /**
     * Listens on the port for an instant, if the management server is on.
     *
     * @throws ConfigurationException if the port is taken or is none, or if it would be open to anybody
     */
    static void run(Settings settings) {
        ManagementAccess access = ManagementAccess.of(settings);
        if (!access.isEnabled()) {
            return;
        }
        String host = access.host();
        String port = access.port();
        try (ServerSocket socket = new ServerSocket()) {
            socket.setReuseAddress(true);
            socket.bind(new InetSocketAddress(host, Integer.parseInt(port)));
        } catch (IOException e) {
            throw new ConfigurationException(
                    "The management server cannot listen on %s:%s (%s): set %s (or the environment variable"
                                    .formatted(host, port, e.getMessage(), PORT)
                            + " CAMEL_MANAGEMENT_PORT) to a free port.",
                    e);
        } catch (IllegalArgumentException e) {
            throw new ConfigurationException("%s is '%s'; expected a number from 0 to 65535.".formatted(PORT, port), e);
        }
    }
}

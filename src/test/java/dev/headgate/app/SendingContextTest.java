package dev.headgate.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headgate.settings.Settings;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.Map;
import javax.management.ObjectName;
import org.junit.jupiter.api.Test;

class SendingContextTest {

    /** Of two that start at once both would find the name free, and one would not start. */
    @Test
    void it_takes_no_name_among_the_mbeans_of_its_process() throws Exception {
        try (SendingContext sending = SendingContext.start(Settings.load(Path.of("routes"), null, Map.of()))) {
            assertThat(sending.camelContext().isStarted()).isTrue();
            assertThat(ManagementFactory.getPlatformMBeanServer()
                            .queryNames(new ObjectName("org.apache.camel:context=headgate-sending*,*"), null))
                    .isEmpty();
        }
    }
}

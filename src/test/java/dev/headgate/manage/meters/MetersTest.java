package dev.headgate.manage.meters;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class MetersTest {

    @Test
    void every_meter_is_documented_and_nothing_else_is() throws IOException {
        String rows = Arrays.stream(Meters.values())
                .map(meter -> "| `%s` | %s | %s | %s |\n"
                        .formatted(
                                meter.meterName(),
                                meter.type(),
                                meter.labels().stream().map("`%s`"::formatted).collect(Collectors.joining(", ")),
                                meter.help()))
                .collect(Collectors.joining());

        assertThat(Files.readString(Path.of("src/docs/observability.md")))
                .contains("|---|---|---|---|\n" + rows + "\n");
    }

    @Test
    void names_follow_the_conventions_of_prometheus() {
        assertThat(Meters.values()).allSatisfy(meter -> {
            assertThat(meter.meterName()).matches("headgate(_[a-z]+)+");
            assertThat(meter.meterName().endsWith("_total"))
                    .isEqualTo(meter.type().equals("counter"));
        });
    }
}

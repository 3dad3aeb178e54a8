package dev.headgate.s3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.headgate.ConfigurationException;
import java.time.Instant;
import java.util.Locale;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class LayoutTest {

    private static final UUID BATCH = UUID.fromString("0b7a4f3e-6f0d-4f3b-9a53-0d7f6f3b1c11");
    private static final Instant LATE = Instant.parse("2026-03-04T23:59:59.999Z");

    private final Layout layout = new Layout(ObjectsConfiguration.LAYOUT);

    @Test
    void a_key_has_pipeline_hour_in_utc_and_batch() {
        assertThat(layout.key("orders", LATE, BATCH)).isEqualTo("orders/dt=2026-03-04/hr=23/" + BATCH + ".ndjson.gz");
        assertThat(layout.key("orders", LATE.plusMillis(1), BATCH)).startsWith("orders/dt=2026-03-05/hr=00/");
    }

    @Test
    void a_prefix_ends_before_the_first_time_and_no_other_pipeline_has_it() {
        assertThat(layout.prefix("orders")).isEqualTo("orders/dt=");
        assertThat(new Layout("raw/{pipeline}/{yyyy/MM}/{batchId}").prefix("orders"))
                .isEqualTo("raw/orders/");
    }

    @Test
    void it_knows_its_own_keys_from_others() {
        assertThat(layout.batchId(layout.key("orders", LATE, BATCH))).isEqualTo(BATCH);
        assertThat(layout.batchId("orders/dt=2026-03-04/hr=23/notes.ndjson.gz")).isNull();
        assertThat(layout.batchId("orders/dt=2026-03-04/hr=23/" + BATCH + ".ndjson"))
                .isNull();
        assertThat(layout.batchId("x/" + layout.key("orders", LATE, BATCH))).isNull();
        Layout slashes = new Layout("raw/{pipeline}/{yyyy/MM}/{batchId}");
        assertThat(slashes.batchId(slashes.key("orders", LATE, BATCH))).isEqualTo(BATCH);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "{pipeline}/{yyyy}",
                "dt={yyyy}/{batchId}",
                "dt={yyyy}/{pipeline}/{batchId}",
                "{pipeline}-{batchId}",
                "{pipeline}/{batchId}/{batchId}",
                "/{pipeline}/{batchId}",
                "{pipeline}/{nonsense}/{batchId}"
            })
    void a_template_whose_keys_could_not_be_told_apart_is_refused(String template) {
        assertThatThrownBy(() -> new Layout(template))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("The layout is '" + template + "'");
    }

    @ParameterizedTest
    @CsvSource({"YYYY-MM-dd, yyyy", "yyyy-MM-DD, dd", "yyyy-mm-dd, MM", "yyyy-MM-dd-hh, HH", "yyyy-MM-dd-KK, HH"})
    void a_pattern_that_means_another_time_than_it_seems_to_is_refused(String pattern, String remedy) {
        assertThatThrownBy(() -> new Layout("{pipeline}/dt={" + pattern + "}/{batchId}.ndjson.gz"))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining(pattern)
                .hasMessageContaining(remedy);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"YYYY-'W'ww", "yyyy-DDD", "yyyy-MM-dd/HH-mm", "yyyy-MM-dd-hha", "yyyyMMdd}/{HH}/{mm", "yyyy'D'MM"
            })
    void patterns_that_mean_what_they_seem_to_are_not(String pattern) {
        assertThat(new Layout("{pipeline}/{" + pattern + "}/{batchId}").key("orders", LATE, BATCH))
                .contains("2026");
    }

    @Test
    void names_of_months_are_those_of_no_locale() {
        Locale before = Locale.getDefault();
        try {
            Locale.setDefault(Locale.forLanguageTag("ar-EG"));
            assertThat(new Layout("{pipeline}/{MMM-dd}/{batchId}").key("orders", LATE, BATCH))
                    .startsWith("orders/Mar-04/");
        } finally {
            Locale.setDefault(before);
        }
    }
}

package dev.headgate.s3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.headgate.ConfigurationException;
import dev.headgate.failure.RejectedException;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
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
        assertThat(layout.key("orders", LATE, BATCH, List.of()))
                .isEqualTo("orders/dt=2026-03-04/hr=23/" + BATCH + ".ndjson.gz");
        assertThat(layout.key("orders", LATE.plusMillis(1), BATCH, List.of()))
                .startsWith("orders/dt=2026-03-05/hr=00/");
    }

    @Test
    void a_prefix_ends_before_the_first_time_and_no_other_pipeline_has_it() {
        assertThat(layout.prefix("orders")).isEqualTo("orders/dt=");
        assertThat(new Layout("raw/{pipeline}/{yyyy/MM}/{batchId}").prefix("orders"))
                .isEqualTo("raw/orders/");
    }

    @Test
    void it_knows_its_own_keys_from_others() {
        assertThat(layout.batchId(layout.key("orders", LATE, BATCH, List.of()))).isEqualTo(BATCH);
        assertThat(layout.batchId("orders/dt=2026-03-04/hr=23/notes.ndjson.gz")).isNull();
        assertThat(layout.batchId("orders/dt=2026-03-04/hr=23/" + BATCH + ".ndjson"))
                .isNull();
        assertThat(layout.batchId("x/" + layout.key("orders", LATE, BATCH, List.of())))
                .isNull();
        Layout slashes = new Layout("raw/{pipeline}/{yyyy/MM}/{batchId}");
        assertThat(slashes.batchId(slashes.key("orders", LATE, BATCH, List.of())))
                .isEqualTo(BATCH);
    }

    @ParameterizedTest
    @CsvSource(delimiter = ';', nullValues = "null", emptyValue = "", textBlock = """
            CH            ; CH
            New York/..   ; New%20York%2F..
            ..            ; %2E%2E
            a=b{}         ; a%3Db%7B%7D
            \u00e4        ; %C3%A4
            ''            ; __HIVE_DEFAULT_PARTITION__
            null          ; __HIVE_DEFAULT_PARTITION__
            """)
    void a_field_is_a_partition_as_hive_writes_it(String value, String written) {
        Layout byCountry = new Layout("{pipeline}/country={field:ship.country}/dt={yyyy-MM-dd}/{batchId}.parquet");
        String key = byCountry.key("orders", LATE, BATCH, Collections.singletonList(value));

        assertThat(key).isEqualTo("orders/country=" + written + "/dt=2026-03-04/" + BATCH + ".parquet");
        assertThat(byCountry.batchId(key)).isEqualTo(BATCH);
        assertThat(byCountry.prefix("orders")).isEqualTo("orders/country=");
        assertThat(byCountry.fields()).containsExactly(new FieldPath("ship.country"));
    }

    @Test
    void a_value_that_is_too_long_for_a_key_is_refused() {
        Layout byCountry = new Layout("{pipeline}/{field:country}/{batchId}.parquet");

        assertThat(byCountry.key("orders", LATE, BATCH, List.of("x".repeat(200))))
                .contains("x".repeat(200));
        assertThatThrownBy(() -> byCountry.key("orders", LATE, BATCH, List.of("x".repeat(201))))
                .isInstanceOfSatisfying(RejectedException.class, refused -> assertThat(refused.reason())
                        .isEqualTo("no partition"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "{pipeline}/{field:}/{batchId}",
                "{field:country}/{pipeline}/{batchId}",
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
        assertThat(new Layout("{pipeline}/{" + pattern + "}/{batchId}").key("orders", LATE, BATCH, List.of()))
                .contains("2026");
    }

    @Test
    void names_of_months_are_those_of_no_locale() {
        Locale before = Locale.getDefault();
        try {
            Locale.setDefault(Locale.forLanguageTag("ar-EG"));
            assertThat(new Layout("{pipeline}/{MMM-dd}/{batchId}").key("orders", LATE, BATCH, List.of()))
                    .startsWith("orders/Mar-04/");
        } finally {
            Locale.setDefault(before);
        }
    }
}

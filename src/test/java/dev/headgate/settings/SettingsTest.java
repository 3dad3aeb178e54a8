package dev.headgate.settings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.headgate.ConfigurationException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class SettingsTest {

    @TempDir
    Path routes;

    @Test
    void without_files_the_defaults_hold() {
        Settings settings = Settings.load(routes, null, Map.of());

        assertThat(settings.getString(SettingKey.DATABASE_USER)).isEqualTo("headgate");
        assertThat(settings.getInt(SettingKey.DATABASE_POOL_SIZE)).isEqualTo(8);
        assertThat(settings.getLong(SettingKey.INFLIGHT_MAX_BYTES)).isEqualTo(67_108_864L);
        assertThat(settings.getDuration(SettingKey.LEDGER_RETENTION)).isEqualTo(Duration.ofDays(14));
        assertThat(settings.getBoolean(SettingKey.MIGRATE)).isTrue();
    }

    @ParameterizedTest
    @EnumSource(SettingKey.class)
    void every_default_has_the_form_of_its_key(SettingKey key) {
        assertThat(key.form().accepts(key.defaultValue())).isTrue();
    }

    @Test
    void a_file_overrides_the_default_the_config_file_that_and_the_environment_all() throws IOException {
        application("headgate.database.user=routes\nheadgate.commit-interval=2s\norders.topic=routes");
        Path config = write("extra.properties", "headgate.commit-interval=3s\norders.topic=config");

        Settings settings = Settings.load(routes, config, Map.of("ORDERS_TOPIC", "environment"));

        assertThat(settings.getInt(SettingKey.DATABASE_POOL_SIZE)).isEqualTo(8);
        assertThat(settings.getString(SettingKey.DATABASE_USER)).isEqualTo("routes");
        assertThat(settings.getDuration(SettingKey.COMMIT_INTERVAL)).isEqualTo(Duration.ofSeconds(3));
        assertThat(settings.find("orders.topic")).contains("environment");
    }

    @Test
    void the_environment_sets_what_no_file_names_if_it_is_known() {
        Settings settings = Settings.load(
                routes,
                null,
                Map.of("HEADGATE_DATABASE_POOL_SIZE", "3", "CAMEL_COMPONENT_KAFKA_BROKERS", "kafka:9092", "PATH", "x"));

        assertThat(settings.getInt(SettingKey.DATABASE_POOL_SIZE)).isEqualTo(3);
        assertThat(settings.find("camel.component.kafka.brokers")).contains("kafka:9092");
        assertThat(settings.find("path")).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "CAMEL_COMPONENT_AWS2_S3_SECRET_KEY,camel.component.aws2-s3.secret-key",
        "CAMEL_COMPONENT_AWS2_SQS_SESSION_TOKEN,camel.component.aws2-sqs.session-token",
        "CAMEL_COMPONENT_KAFKA_SASL_JAAS_CONFIG,camel.component.kafka.sasl-jaas-config",
        "CAMEL_COMPONENT_JOB_LEASE,camel.component.job.lease"
    })
    void an_option_of_a_component_may_be_in_the_environment_alone(String variable, String name) {
        assertThat(Settings.load(routes, null, Map.of(variable, "60s")).find(name))
                .contains("60s");
    }

    @Test
    void the_environment_overrides_an_option_of_a_component_in_the_spelling_of_the_file() throws IOException {
        application("camel.component.aws2-s3.secretKey=file");

        Settings settings = Settings.load(routes, null, Map.of("CAMEL_COMPONENT_AWS2_S3_SECRET_KEY", "environment"));
        assertThat(settings.find("camel.component.aws2-s3.secretKey")).contains("environment");
        assertThat(settings.find("camel.component.aws2-s3.secret-key")).isEmpty();
    }

    @Test
    void a_byte_order_mark_is_no_part_of_the_first_name() throws IOException {
        application("\uFEFFheadgate.database.user=first\norders.topic=second");

        Settings settings = Settings.load(routes, null, Map.of());
        assertThat(settings.getString(SettingKey.DATABASE_USER)).isEqualTo("first");
        assertThat(settings.find("orders.topic")).contains("second");
    }

    @ParameterizedTest
    @ValueSource(strings = {"se{{sa}}me", "sesa}}me", "{{stage}}se}}sa", "{{stage-{{sa}}}}"})
    void a_placeholder_that_has_no_value_is_refused_without_showing_the_value_that_holds_it(String value)
            throws IOException {
        application("stage=test\ncamel.component.aws2-s3.secret-key=" + value);

        assertThatThrownBy(() -> Settings.load(routes, null, Map.of()))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("application.properties, line 2: camel.component.aws2-s3.secret-key has")
                .hasMessageContaining("{{...}}")
                .hasMessageNotContaining("sa")
                .hasMessageNotContaining("se{");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"{{stage}}-orders", "{{se}}", "{{?sa}}", "{{sa:none}}", "{{env:SA}}", "a{{b", "{{stage}}{{se}}"})
    void one_that_has_a_value_and_one_that_only_camel_knows_is_not(String value) throws IOException {
        application("stage=test\nheadgate.database.password=a{{b}}c\norders.topic=" + value);

        Settings settings = Settings.load(routes, null, Map.of("SE", "x"));
        assertThat(settings.find("orders.topic")).contains(value);
        assertThat(settings.getString(SettingKey.DATABASE_PASSWORD)).isEqualTo("a{{b}}c");
    }

    @Test
    void a_name_without_a_dot_is_no_variable() throws IOException {
        application("path=/orders");

        assertThat(Settings.load(routes, null, Map.of("PATH", "/bin")).find("path"))
                .contains("/orders");
    }

    @Test
    void an_unknown_key_is_refused_with_the_nearest_known_one() throws IOException {
        application("headgate.database.poolsize=3");

        assertThatThrownBy(() -> Settings.load(routes, null, Map.of()))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("headgate.database.poolsize")
                .hasMessageContaining("application.properties")
                .hasMessageContaining("did you mean headgate.database.pool-size?");
    }

    @Test
    void an_unknown_variable_is_refused_with_the_nearest_known_one() {
        assertThatThrownBy(() -> Settings.load(routes, null, Map.of("HEADGATE_DATABASE_ULR", "x")))
                .isInstanceOf(ConfigurationException.class)
                .hasMessage("Unknown environment variable HEADGATE_DATABASE_ULR: did you mean HEADGATE_DATABASE_URL?");
    }

    @Test
    void a_key_that_resembles_none_is_refused_with_all_known_ones() throws IOException {
        application("headgate.zzzzzzzzzzzzzzzz=1");

        assertThatThrownBy(() -> Settings.load(routes, null, Map.of()))
                .hasMessageContaining("known are headgate.database.url, ");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "HEADGATE_JAVA_OPTS",
                "HEADGATE_LOG_LEVEL",
                "HEADGATE_SERVICE_HOST",
                "HEADGATE_SERVICE_PORT_HTTP",
                "HEADGATE_PORT",
                "HEADGATE_PORT_9876_TCP_ADDR",
                "HEADGATE_METRICS_SERVICE_PORT"
            })
    void variables_of_the_launcher_and_of_kubernetes_are_no_settings(String variable) {
        assertThat(Settings.load(routes, null, Map.of(variable, "x")).asProperties())
                .isEqualTo(Settings.defaults().asProperties());
    }

    @ParameterizedTest
    @ValueSource(strings = {"health-check-enabled", "healthCheckEnabled", "healthcheckenabled"})
    void a_key_of_camels_is_one_key_in_each_of_its_spellings(String spelling) throws IOException {
        application("camel.management." + spelling + "=false");

        assertThat(Settings.load(routes, null, Map.of()).asProperties())
                .containsEntry("camel.management.health-check-enabled", "false")
                .hasSameSizeAs(Settings.defaults().asProperties());
    }

    @ParameterizedTest
    @ValueSource(strings = {"CAMEL_MANAGEMENT_HEALTH_CHECK_ENABLED", "CAMEL_MANAGEMENT_HEALTHCHECKENABLED"})
    void the_environment_overrides_a_key_of_camels_in_each_of_its_spellings(String variable) throws IOException {
        application("camel.management.healthCheckEnabled=true");

        assertThat(Settings.load(routes, null, Map.of(variable, "false")).find("camel.management.health-check-enabled"))
                .contains("false");
    }

    @ParameterizedTest
    @CsvSource({"access-key,sqs", "accessKey,s3", "use-profile-credentials-provider,sqs", "useSessionCredentials,s3"})
    void credentials_come_from_the_usual_places_unless_others_are_set(String key, String service) {
        Settings settings = Settings.defaults()
                .with(Map.of("camel.component.aws2-%s.%s".formatted(service, key), "true"), "a test");

        assertThat(settings.find("camel.component.aws2-sqs.use-default-credentials-provider"))
                .isEqualTo(service.equals("sqs") ? Optional.empty() : Optional.of("true"));
        assertThat(settings.find("camel.component.aws2-s3.use-default-credentials-provider"))
                .isEqualTo(service.equals("s3") ? Optional.empty() : Optional.of("true"));
    }

    @Test
    void credentials_from_the_usual_places_can_be_asked_for_beside_a_key() {
        String usual = "camel.component.aws2-s3.use-default-credentials-provider";

        assertThat(Settings.defaults()
                        .with(Map.of(usual, "true", "camel.component.aws2-s3.access-key", "k"), "a test")
                        .find(usual))
                .contains("true");
        assertThat(Settings.defaults()
                        .with(Map.of("camel.component.aws2-s3.access-key", ""), "a test")
                        .find(usual))
                .contains("true");
    }

    @Test
    void a_group_of_keys_that_camel_would_pass_over_is_refused() throws IOException {
        application("camel.componen.kafka.brokers=x");

        assertThatThrownBy(() -> Settings.load(routes, null, Map.of()))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("did you mean camel.component.kafka.brokers?");
    }

    @Test
    void a_bad_duration_is_refused_with_its_origin_and_the_expected_form() throws IOException {
        application("headgate.commit-interval=1 second");

        assertThatThrownBy(() -> Settings.load(routes, null, Map.of()))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageStartingWith(
                        routes + "/application.properties, line 1: headgate.commit-interval is '1 second'")
                .hasMessageContaining("expected a duration above zero such as 500ms, 10s");
    }

    @ParameterizedTest
    @CsvSource({"500ms,PT0.5S", "10s,PT10S", "5m,PT5M", "2h,PT2H", "14d,PT336H", "PT1M30S,PT1M30S", "P1D,PT24H"})
    void durations_are_short_or_iso(String written, Duration meant) {
        Settings settings =
                Settings.defaults().with(Map.of(SettingKey.COMMIT_INTERVAL.propertyName(), written), "a test");

        assertThat(settings.getDuration(SettingKey.COMMIT_INTERVAL)).isEqualTo(meant);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "0s", "-5s", "5", "5w", "s", "99999999999999999999d", "9223372036854775807d", "PT"})
    void what_is_no_duration_is_refused(String written) {
        assertThatThrownBy(() ->
                        Settings.defaults().with(Map.of(SettingKey.COMMIT_INTERVAL.propertyName(), written), "a test"))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("in a test");
    }

    @ParameterizedTest
    @CsvSource({
        "headgate.database.pool-size,0",
        "headgate.database.pool-size,-1",
        "headgate.database.pool-size,eight",
        "headgate.migrate,yes"
    })
    void a_value_of_another_form_is_refused(String key, String value) {
        assertThatThrownBy(() -> Settings.defaults().with(Map.of(key, value), "a test"))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageStartingWith(key + " is '" + value + "'");
    }

    @Test
    void a_number_that_fits_no_int_is_refused_where_an_int_is_asked_for() {
        Settings settings = Settings.defaults().with(Map.of("headgate.ledger.cache-size", "2147483648"), "a test");

        assertThat(settings.getLong(SettingKey.LEDGER_CACHE_SIZE)).isEqualTo(2_147_483_648L);
        assertThatThrownBy(() -> settings.getInt(SettingKey.LEDGER_CACHE_SIZE))
                .isInstanceOf(ConfigurationException.class);
    }

    @Test
    void blanks_at_the_end_of_a_line_do_not_count() throws IOException {
        application("headgate.database.pool-size=3  ");

        assertThat(Settings.load(routes, null, Map.of()).getInt(SettingKey.DATABASE_POOL_SIZE))
                .isEqualTo(3);
    }

    @Test
    void the_text_form_shows_no_value() {
        assertThat(Settings.defaults().with(Map.of(SettingKey.DATABASE_PASSWORD.propertyName(), "sesame"), "a test"))
                .hasToString(Settings.defaults().toString())
                .asString()
                .doesNotContain("sesame");
    }

    private void application(String lines) throws IOException {
        write("application.properties", lines);
    }

    private Path write(String name, String lines) throws IOException {
        return Files.writeString(routes.resolve(name), lines);
    }
}

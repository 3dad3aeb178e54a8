package dev.headgate.manage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.headgate.ConfigurationException;
import dev.headgate.settings.Settings;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ManagementAccessTest {

    /** Of headgate:s3cret. */
    private static final String BASIC = "Basic aGVhZGdhdGU6czNjcmV0";

    @ParameterizedTest
    @ValueSource(strings = {"0.0.0.0", "::", "192.0.2.1"})
    void an_address_that_others_reach_needs_credentials(String host) {
        assertThatThrownBy(() -> access(Map.of("camel.management.host", host)))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("would listen on " + host)
                .hasMessageContaining("set headgate.management.token");
        assertThat(access(Map.of("camel.management.host", host, "headgate.management.token", "t"))
                        .host())
                .isEqualTo(host);
    }

    @ParameterizedTest
    @ValueSource(strings = {"127.0.0.1", "localhost", "::1"})
    void on_this_machine_anybody_is_answered_if_nothing_else_is_said(String host) {
        assertThat(access(Map.of("camel.management.host", host)).admits(null)).isTrue();
    }

    @Test
    void by_default_it_listens_on_this_machine() {
        ManagementAccess access = access(Map.of());
        assertThat(access.host() + ":" + access.port()).isEqualTo("127.0.0.1:9876");
    }

    @Test
    void with_credentials_who_has_none_or_others_is_refused() {
        ManagementAccess access = access(Map.of(
                "headgate.management.token", "t0ken",
                "headgate.management.user", "headgate",
                "headgate.management.password", "s3cret"));

        assertThat(access.admits("Bearer t0ken")).isTrue();
        assertThat(access.admits(BASIC)).isTrue();
        assertThat(access.admits(null)).isFalse();
        assertThat(access.admits("")).isFalse();
        assertThat(access.admits("Bearer t0ke")).isFalse();
        assertThat(access.admits("Bearer ")).isFalse();
        assertThat(access.admits("t0ken")).isFalse();
        assertThat(access.admits("Basic aGVhZGdhdGU6")).isFalse();
    }

    @Test
    void a_browser_sends_the_token_as_the_password_of_any_user() {
        ManagementAccess access = access(Map.of("headgate.management.token", "t0ken"));

        assertThat(access.admits(basic("anybody:t0ken"))).isTrue();
        assertThat(access.admits(basic(":t0ken"))).isTrue();
        assertThat(access.admits(basic("anybody:t0ke"))).isFalse();
        assertThat(access.admits(basic("t0ken"))).isFalse();
        assertThat(access.admits(basic("t0ken:"))).isFalse();
        assertThat(access.admits("Basic no*base64")).isFalse();
        ManagementAccess ofUser =
                access(Map.of("headgate.management.user", "headgate", "headgate.management.password", "s3cret"));
        assertThat(ofUser.admits(basic("anybody:"))).isFalse();
        assertThat(ofUser.admits(basic("anybody:s3cret"))).isFalse();
    }

    @Test
    void a_command_on_this_machine_knows_where_and_how_to_ask() {
        assertThat(access(Map.of()).url()).isEqualTo("http://127.0.0.1:9876");
        assertThat(access(Map.of("camel.management.host", "::1")).url()).isEqualTo("http://[::1]:9876");
        assertThat(access(Map.of()).authorization()).isEmpty();
        ManagementAccess exposed = access(Map.of("camel.management.host", "0.0.0.0", "headgate.management.token", "t"));
        assertThat(exposed.url()).isEqualTo("http://127.0.0.1:9876");
        assertThat(exposed.authorization()).hasValue("Bearer t");
        ManagementAccess ofUser = access(Map.of(
                "camel.management.host", "::",
                "headgate.management.user", "headgate",
                "headgate.management.password", "s3cret"));
        assertThat(ofUser.url()).isEqualTo("http://127.0.0.1:9876");
        assertThat(ofUser.authorization()).hasValue(BASIC);
    }

    @Test
    void a_user_without_a_password_is_a_mistake() {
        assertThatThrownBy(() -> access(Map.of("headgate.management.user", "headgate")))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("set both, or none");
    }

    @Test
    void nothing_is_changed_by_who_does_not_say_who_he_is() {
        assertThatThrownBy(() -> access(Map.of("headgate.management.write", "true")))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("set headgate.management.token");
        assertThat(access(Map.of("headgate.management.write", "true", "headgate.management.token", "t"))
                        .allowsWrites())
                .isTrue();
    }

    @Test
    void a_port_shared_with_camels_server_would_ask_nobody() {
        assertThatThrownBy(() -> access(Map.of(
                        "camel.server.enabled", "true",
                        "camel.server.port", "9876",
                        "headgate.management.token", "t")))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("Give them two");
        access(Map.of("camel.server.enabled", "true"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"localhost", "LOCALHOST", "127.0.0.1", "127.1.2.3", "::1", "[::1]"})
    void a_request_for_this_machine_is_meant(String name) {
        assertThat(access(Map.of()).isMeant(name)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"evil.example", "localhost.evil.example", "127.0.0.1.evil.example", "192.0.2.1", ""})
    void a_request_for_another_name_is_not(String name) {
        assertThat(access(Map.of()).isMeant(name)).isFalse();
        assertThat(access(Map.of("camel.management.host", "0.0.0.0", "headgate.management.token", "t"))
                        .isMeant(name))
                .isTrue();
    }

    private static String basic(String pair) {
        return "Basic " + Base64.getEncoder().encodeToString(pair.getBytes(StandardCharsets.UTF_8));
    }

    private static ManagementAccess access(Map<String, String> settings) {
        return ManagementAccess.of(Settings.defaults().with(settings, "a test"));
    }
}

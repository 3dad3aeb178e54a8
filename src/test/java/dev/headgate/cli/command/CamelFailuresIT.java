package dev.headgate.cli.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.headgate.app.Headgate;
import dev.headgate.guarantee.Servers;
import dev.headgate.settings.Settings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the user reads if Camel cannot start a route: Camel itself is asked, so that a new Camel version is noticed. */
class CamelFailuresIT {

    private static final String SOUND = """
            - route:
                id: tick
                from:
                  uri: timer:tick
                  steps:
                    - log: hello
            """;

    @TempDir
    Path routes;

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "log: hello | log: hello {{nobody}} | The route 'tick' | placeholder {{nobody}} has no value; set nobody",
                "timer:tick | timer:{{tick.name}} | a.camel.yaml | placeholder {{tick.name}} has no value",
                "timer:tick | timr:tick | a.camel.yaml | no component for the URI timr://tick",
                "log: hello | to: kafak:orders | The route 'tick' | no component for the URI kafak://orders",
                "timer:tick | timer:tick?perriod=10 | The route 'tick' | timer://tick has no parameter perriod;",
                "log: hello | lug: hello | a.camel.yaml, line 6, column 11 | Unknown node id: lug",
                "log: hello | log: [hello | YAML error in | a.camel.yaml, line 7",
                "log: hello | bean: { ref: nobody } | at its step Bean[ref:nobody | registry for: nobody",
                "log: hello | setBody: { simple: '${body' } | The route 'tick' | expected symbol",
            })
    void a_broken_route_is_one_line_that_names_it(String sound, String broken, String where, String what)
            throws IOException {
        String sentence = failure(SOUND.replace(sound, broken), Map.of());

        assertThat(sentence).contains(where).contains(what).doesNotContain("\n");
    }

    @ParameterizedTest
    @CsvSource({
        "camel.main.nonsense,Camel knows no property camel.main.nonsense",
        "camel.component.kafka.brokerz,Camel knows no property camel.component.kafka.brokerz",
        "camel.component.kafak.brokers,camel.component.kafak.brokers"
    })
    void an_unknown_property_is_one_line_without_its_value(String property, String what) throws IOException {
        String sentence = failure(SOUND, Map.of(property, "sesame"));

        assertThat(sentence).contains(what).doesNotContain("sesame").doesNotContain("\n");
    }

    @Test
    void an_empty_route_file_is_named() throws IOException {
        assertThat(failure("", Map.of())).contains("a.camel.yaml").doesNotContain("\n");
    }

    @Test
    void anything_else_is_the_innermost_cause() {
        Exception failure = new IllegalStateException("outer", new IOException("no room\nleft"));

        assertThat(Failures.sentence(failure)).isEqualTo("no room left");
        assertThat(Failures.sentence(new IllegalStateException(new NullPointerException())))
                .isEqualTo("NullPointerException");
    }

    private String failure(String route, Map<String, String> properties) throws IOException {
        Files.writeString(routes.resolve("a.camel.yaml"), route);
        Map<String, String> database = Map.of(
                "camel.management.enabled", "false",
                "headgate.database.url", Servers.POSTGRES.jdbcUrl(),
                "headgate.database.user", Servers.POSTGRES.user(),
                "headgate.database.password", Servers.POSTGRES.password());
        Settings settings = Settings.defaults().with(database, "a test").with(properties, "a test");
        Throwable failure =
                catchThrowable(() -> Headgate.start(settings, routes).close());
        assertThat(failure).isNotNull();
        return Failures.sentence(failure);
    }
}

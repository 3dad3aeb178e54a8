package dev.headgate.database;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headgate.settings.Settings;
import java.sql.SQLException;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ServerDiagnosisTest {

    /** Nothing listens at port 1. */
    private final Settings settings =
            Settings.defaults().with(Map.of("headgate.database.url", "jdbc:postgresql://127.0.0.1:1/none"), "the test");

    @Test
    void the_end_of_a_session_by_a_limit_is_said_with_whose_limit_it_is() {
        try (ServerDiagnosis diagnosis = new ServerDiagnosis(settings)) {
            assertThat(diagnosis.of(new SQLException("terminating connection", "25P03")))
                    .startsWith(
                            "terminating connection (SQLSTATE 25P03); the limit is Headgate's own, idle_in_transaction")
                    .contains("of 10 s", "PostgreSQL at 127.0.0.1:1/none cannot be reached now");
            assertThat(diagnosis.of(new SQLException("terminating connection", "25P04")))
                    .contains("transaction_timeout, which the URL, the role or the database sets")
                    .contains("PostgreSQL at 127.0.0.1:1/none cannot be reached now");
        }
    }
}

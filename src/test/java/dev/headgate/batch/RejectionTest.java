package dev.headgate.batch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.net.ConnectException;
import java.sql.BatchUpdateException;
import java.sql.SQLException;
import org.apache.camel.CamelExecutionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RejectionTest {

    @ParameterizedTest
    @ValueSource(strings = {"22003", "22P05", "22021", "23505", "23514", "54000", "54001"})
    void data_that_the_database_refuses_is_rejected(String state) {
        assertThat(Failure.isRejection(wrapped(new SQLException("refused", state))))
                .isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "08006", "25006", "28P01", "40001", "40P01", "42501", "42P01", "42703", "53100", "53200", "53300",
                "55P03", "57014", "57P01", "57P03", "58030", "XX000", "XX001", "", "2", "0A000"
            })
    void everything_else_is_an_outage(String state) {
        assertThat(Failure.isRejection(wrapped(new SQLException("down", state))))
                .isFalse();
    }

    @Test
    void what_nobody_knows_is_an_outage() {
        assertThat(Failure.isRejection(new NullPointerException())).isFalse();
        assertThat(Failure.isRejection(wrapped(new ConnectException("refused"))))
                .isFalse();
        assertThat(Failure.isRejection(new SQLException("no state", (String) null)))
                .isFalse();
        assertThat(Failure.isRejection(new OutOfMemoryError())).isFalse();
    }

    @Test
    void the_first_sql_state_counts() {
        SQLException down = new SQLException("down", "08006", new SQLException("refused", "22003"));
        assertThat(Failure.isRejection(down)).isFalse();
        assertThat(Failure.isRejection(new BatchUpdateException("refused", "23505", new int[0])))
                .isTrue();
    }

    @Test
    void a_rejecting_step_names_the_reason() {
        Rejection rejection =
                Rejection.of("orders", wrapped(new RejectedException("too old", "version 3 after version 7")));
        assertThat(rejection).isEqualTo(new Rejection("orders", "too old", "version 3 after version 7"));
    }

    @Test
    void the_database_names_the_reason_by_its_state() {
        Rejection rejection = Rejection.of("orders", wrapped(new SQLException("integer out of range", "22003")));
        assertThat(rejection).isEqualTo(new Rejection("orders", "SQLSTATE 22003", "integer out of range"));
    }

    @Test
    void every_failure_has_a_reason() {
        assertThat(Rejection.of("orders", new IllegalStateException()).reason()).isEqualTo("IllegalStateException");
        assertThat(Rejection.of("orders", new IllegalStateException() {}).reason())
                .startsWith("dev.headgate.batch.RejectionTest");
        assertThat(Rejection.of("orders", new RejectedException(" ", "")).reason())
                .isEqualTo("rejected");
    }

    @ParameterizedTest
    @CsvSource({"200, 200", "201, 200"})
    void a_reason_is_short(int length, int kept) {
        assertThat(new Rejection("orders", "r".repeat(length), "").reason()).hasSize(kept);
    }

    @ParameterizedTest
    @CsvSource({"2000, 2000", "2001, 2000"})
    void an_error_is_bounded(int length, int kept) {
        assertThat(new Rejection("orders", "r", "e".repeat(length)).error()).hasSize(kept);
    }

    @Test
    void stage_and_reason_are_never_blank() {
        assertThatIllegalArgumentException().isThrownBy(() -> new Rejection(" ", "reason", ""));
        assertThatIllegalArgumentException().isThrownBy(() -> new Rejection("stage", "", ""));
    }

    private static Throwable wrapped(Throwable cause) {
        return new CamelExecutionException("outer", null, new RuntimeException("inner", cause));
    }
}

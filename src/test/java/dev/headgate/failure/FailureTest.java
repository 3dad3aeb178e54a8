package dev.headgate.failure;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headgate.failure.Failure.Outage;
import dev.headgate.failure.Failure.Rejected;
import dev.headgate.failure.Failure.Unknown;
import java.io.EOFException;
import java.io.IOException;
import java.net.ConnectException;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.net.http.HttpConnectTimeoutException;
import java.sql.BatchUpdateException;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.util.Map;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeoutException;
import org.apache.camel.CamelExecutionException;
import org.apache.camel.http.base.HttpOperationFailedException;
import org.apache.kafka.common.InvalidRecordException;
import org.apache.kafka.common.errors.DisconnectException;
import org.apache.kafka.common.errors.InvalidTopicException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.postgresql.util.PSQLException;
import org.postgresql.util.ServerErrorMessage;
import org.springframework.transaction.TransactionSystemException;
import software.amazon.awssdk.core.exception.SdkServiceException;

class FailureTest {

    @ParameterizedTest
    @ValueSource(strings = {"22003", "22P05", "22021", "23502", "23505", "23514", "54000", "54001"})
    void data_that_the_database_refuses_is_rejected(String state) {
        assertThat(Failure.of(wrapped(new SQLException("refused", state))))
                .isEqualTo(new Rejected("SQLSTATE " + state, "refused"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "08006", "25006", "28P01", "3D000", "40001", "40P01", "53100", "53200", "53300", "53400", "55P03",
                "57P01", "57P03", "58030", "", "2"
            })
    void what_lies_in_the_server_whatever_the_data_is_an_outage(String state) {
        assertThat(Failure.of(wrapped(new SQLException("down", state)))).isInstanceOf(Outage.class);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"0A000", "21000", "42501", "42703", "42P01", "44000", "57014", "P0001", "XX000", "XX001", "ZZ999"
            })
    void every_other_state_is_undecided(String state) {
        assertThat(Failure.of(wrapped(new SQLException("refused", state))))
                .isEqualTo(new Failure.Undecided("SQLSTATE " + state, "refused"));
    }

    @Test
    void a_rollback_that_fails_does_not_hide_what_was_rolled_back() {
        TransactionSystemException rollback =
                new TransactionSystemException("JDBC rollback failed", new SQLException("Connection is closed"));
        assertThat(Failure.of(wrapped(rollback))).isEqualTo(new Outage("SQLException", "Connection is closed"));

        rollback.initApplicationException(wrapped(new SQLException("read-only", "25006")));

        assertThat(Failure.of(wrapped(rollback))).isEqualTo(new Outage("SQLSTATE 25006", "read-only"));
        assertThat(Failure.summary(wrapped(rollback))).isEqualTo("read-only (SQLSTATE 25006)");
    }

    static Throwable[] lostAndLate() {
        return new Throwable[] {
            new ConnectException("refused"),
            new SocketTimeoutException("read timed out"),
            new UnknownHostException("db.example"),
            new HttpConnectTimeoutException("late"),
            new TimeoutException("late"),
            new SQLTransientConnectionException("headgate - Connection is not available"),
            new SQLException("no state", (String) null),
            new RejectedExecutionException("Run is not allowed"),
            new InterruptedException(),
            new DisconnectException("gone"),
            new OutOfMemoryError(),
            new RetryException("not yet", "the parent is missing", null),
        };
    }

    @ParameterizedTest
    @MethodSource("lostAndLate")
    void a_lost_connection_a_timeout_and_a_stop_are_outages(Throwable failure) {
        assertThat(Failure.of(wrapped(failure))).isInstanceOf(Outage.class);
    }

    @ParameterizedTest
    @ValueSource(ints = {408, 425, 429, 500, 502, 503, 504})
    void a_service_that_is_busy_or_broken_is_an_outage(int status) {
        assertThat(Failure.of(wrapped(amazon(status))))
                .isEqualTo(new Outage("HTTP " + status, amazon(status).getMessage()));
        assertThat(Failure.of(wrapped(http(status))))
                .isEqualTo(new Outage("HTTP " + status, http(status).getMessage()));
    }

    @ParameterizedTest
    @ValueSource(ints = {400, 403, 404, 407, 409, 424, 426, 428, 430, 499})
    void what_a_service_refuses_is_not_known_to_be_either(int status) {
        assertThat(Failure.of(wrapped(amazon(status)))).isInstanceOf(Unknown.class);
        assertThat(Failure.of(wrapped(http(status)))).isInstanceOf(Unknown.class);
    }

    @ParameterizedTest
    @ValueSource(ints = {400, 403, 404, 407, 409, 424, 426, 428, 430, 499})
    void a_request_that_is_at_fault_itself_is_rejected(int status) {
        assertThat(Failure.of(Failure.ofRequest(http(status))).reason()).isEqualTo("HTTP " + status);
        assertThat(Failure.of(Failure.ofRequest(http(status)))).isInstanceOf(Rejected.class);
    }

    @ParameterizedTest
    @ValueSource(ints = {301, 408, 425, 429, 500, 503})
    void a_request_that_another_day_may_pass_keeps_its_failure(int status) {
        Throwable failure = http(status);
        assertThat(Failure.ofRequest(failure)).isSameAs(failure);
    }

    @Test
    void a_record_that_kafka_can_never_take_is_rejected_and_one_that_it_may_take_later_is_not() {
        assertThat(Failure.of(Failure.ofRequest(wrapped(new RecordTooLargeException("3 MB")))))
                .isEqualTo(new Rejected("RecordTooLargeException", "3 MB"));
        assertThat(Failure.isRefusal(new InvalidRecordException("no key"))).isTrue();
        assertThat(Failure.isRefusal(new InvalidTopicException("a b"))).isTrue();
        assertThat(Failure.isRefusal(new TopicAuthorizationException("orders"))).isFalse();
        assertThat(Failure.isRefusal(new DisconnectException())).isFalse();
        assertThat(Failure.isRefusal(new RetryException("later", "", new RecordTooLargeException("3 MB"))))
                .isFalse();
    }

    @Test
    void what_nobody_knows_is_neither() {
        assertThat(Failure.of(new NullPointerException("x"))).isEqualTo(new Unknown("NullPointerException", "x"));
        assertThat(Failure.of(new IOException("disk"))).isInstanceOf(Unknown.class);
        assertThat(Failure.of(new IllegalStateException() {}).reason()).startsWith("dev.headgate.failure.FailureTest");
    }

    @Test
    void the_outermost_cause_that_says_so_decides() {
        SQLException down = new SQLException("down", "08006", new SQLException("refused", "22003"));
        assertThat(Failure.of(down)).isInstanceOf(Outage.class);
        assertThat(Failure.of(new BatchUpdateException("refused", "23505", new int[0])))
                .isInstanceOf(Rejected.class);
        assertThat(Failure.of(new IllegalStateException(new RejectedException("too old", "version 3"))))
                .isEqualTo(new Rejected("too old", "version 3"));
    }

    @Test
    void a_reason_is_never_blank() {
        assertThat(Failure.of(new RejectedException(" ", "")).reason()).isEqualTo("rejected");
        assertThat(Failure.of(new RetryException(" ", "", null)).reason()).isEqualTo("retry");
    }

    @Test
    void the_summary_is_one_line_of_the_innermost_cause() {
        assertThat(Failure.summary(wrapped(new SQLException("ERROR: no\n  Position: 3", "42703"))))
                .isEqualTo("ERROR: no (SQLSTATE 42703)");
    }

    static Object[][] surfaces() {
        return new Object[][] {
            {new EOFException(), "the session with the database has broken (end of the stream) (SQLSTATE 08006)"},
            {
                new SocketException("Broken pipe"),
                "the session with the database has broken (SocketException: Broken pipe) (SQLSTATE 08006)"
            },
            {
                new SocketTimeoutException("Read timed out"),
                "the database has not answered within the socket timeout"
                        + " (SocketTimeoutException: Read timed out) (SQLSTATE 08006)"
            },
            {new UnknownHostException("db"), "unknown host db (SQLSTATE 08006)"},
        };
    }

    @ParameterizedTest
    @MethodSource("surfaces")
    void what_the_driver_met_is_told_by_what_it_means(IOException met, String said) {
        SQLException failure = new SQLException("An I/O error occurred while sending to the backend.", "08006", met);
        assertThat(Failure.summary(wrapped(failure))).isEqualTo(said);
        assertThat(Failure.summary(new IllegalStateException())).isEqualTo("IllegalStateException");
    }

    @Test
    void what_refuses_a_connection_is_said_with_its_host_and_port() {
        ConnectException refused = new ConnectException("Connection refused");
        IOException client = new IOException("Connect to s3.local:9000 [s3.local/127.0.0.1] failed: no", refused);
        assertThat(Failure.summary(wrapped(client))).isEqualTo("ConnectException: Connection refused (s3.local:9000)");
        assertThat(Failure.summary(
                        wrapped(new IOException("POST http://hooks:8080/a?token=x", new ConnectException()))))
                .isEqualTo("ConnectException (http://hooks:8080)");
        assertThat(Failure.summary(wrapped(new ConnectException("hooks/10.0.0.1:8080 refused"))))
                .isEqualTo("ConnectException: hooks/10.0.0.1:8080 refused");
        assertThat(Failure.summary(wrapped(refused))).isEqualTo("ConnectException: Connection refused");
    }

    @Test
    void a_server_s_own_words_are_said_but_not_the_row_that_it_refuses() {
        String said = "SERROR\0VERROR\0C%s\0Mno\0Ddetail\0Hhint\0WPL/pgSQL function f() line 3 at RAISE\0\0";
        assertThat(Failure.summary(new PSQLException(new ServerErrorMessage(said.formatted("P0001")))))
                .isEqualTo(
                        "ERROR: no; detail: detail; hint: hint, PL/pgSQL function f() line 3 at RAISE (SQLSTATE P0001)");
        assertThat(Failure.summary(new PSQLException(new ServerErrorMessage(said.formatted("23514")))))
                .doesNotContain("detail");
    }

    private static Throwable wrapped(Throwable cause) {
        return new CamelExecutionException("outer", null, new RuntimeException("inner", cause));
    }

    private static Throwable amazon(int status) {
        return SdkServiceException.builder()
                .statusCode(status)
                .message("service")
                .build();
    }

    private static Throwable http(int status) {
        return new HttpOperationFailedException("http://orders", status, "", null, Map.of(), "");
    }
}

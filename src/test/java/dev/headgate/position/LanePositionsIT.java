package dev.headgate.position;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.headgate.database.Migrations;
import dev.headgate.guarantee.Servers;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.postgresql.ds.PGSimpleDataSource;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.DataSourceTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/** The rows of a partition's lanes, and who may write them. */
class LanePositionsIT {

    private static final PGSimpleDataSource DATABASE = new PGSimpleDataSource();
    private static final PositionKey KEY = new PositionKey("g", "orders-0");

    private final PositionTable table = new PositionTable(DATABASE);
    private final TransactionTemplate transaction = new TransactionTemplate(new DataSourceTransactionManager(DATABASE));

    @BeforeAll
    static void tables() throws SQLException {
        PGSimpleDataSource server = new PGSimpleDataSource();
        server.setUrl(Servers.POSTGRES.jdbcUrl());
        server.setUser(Servers.POSTGRES.user());
        server.setPassword(Servers.POSTGRES.password());
        new JdbcTemplate(server).execute("create database lane_positions");
        DATABASE.setUrl(Servers.POSTGRES.jdbcUrl().replaceFirst("/[^/?]+(\\?|$)", "/lane_positions$1"));
        DATABASE.setUser(Servers.POSTGRES.user());
        DATABASE.setPassword(Servers.POSTGRES.password());
        try (Connection connection = DATABASE.getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute(Migrations.sql(0));
        }
    }

    @BeforeEach
    void empty() {
        new JdbcTemplate(DATABASE).execute("truncate headgate.source_position");
    }

    @Test
    void the_next_owner_begins_where_the_lanes_together_have_not_ended() {
        Tenure first = table.take(KEY);
        assertThat(first.start()).as("nobody has read yet").isNull();
        for (long offset = 10; offset < 20; offset++) {
            first.place(offset);
        }
        write(first, "b/0", 10, 12, 14);
        write(first, "b/1", 11, 15);
        write(first, "b/0", 16);

        Tenure second = table.take(KEY);
        assertThat(second.epoch()).isEqualTo(first.epoch() + 1);
        assertThat(second.start()).isEqualTo(13);
        assertThat(List.of(13L, 14L, 15L, 16L, 17L))
                .filteredOn(second::isApplied)
                .containsExactly(14L, 15L, 16L);
        assertThat(table.all()).singleElement().satisfies(position -> {
            assertThat(position.outcomes().applied()).isEqualTo(6);
            assertThat(position.low()).isEqualTo(13);
            assertThat(position.above().size()).isEqualTo(3);
        });
    }

    @Test
    void a_position_is_deleted_as_it_was_read_and_its_owner_and_epoch_do_not_come_back() {
        Tenure first = table.take(KEY);
        first.place(0);
        write(first, "b/0", 0);
        Position read = table.all().get(0);
        Tenure second = table.take(KEY);
        assertThat(table.delete(read)).as("somebody has taken it since").isFalse();
        write(second, "b/0", 1);
        assertThat(table.delete(table.all().get(0))).isTrue();
        assertThat(table.all()).isEmpty();
        assertThatThrownBy(() -> write(second, "b/0", 2)).isInstanceOf(PartitionLostException.class);
        // Of an earlier owner it is not higher, as long as it is not taken more than once a second.
        long earlier =
                new JdbcTemplate(DATABASE).queryForObject("select extract(epoch from now())::bigint", Long.class);
        assertThat(table.take(KEY).epoch()).isGreaterThan(earlier);
    }

    @Test
    void other_lanes_after_a_change_of_their_number_know_what_the_old_ones_have_applied() {
        Tenure two = table.take(KEY);
        two.place(0);
        write(two, "b/0", 0, 2, 4);
        write(two, "b/1", 3);
        Tenure five = table.take(KEY);
        for (int lane = 0; lane < 5; lane++) {
            write(five, "b/" + lane, 5 + lane);
        }
        write(five, "b/4", 1);
        assertThat(table.take(KEY).start()).isEqualTo(10);
    }

    @Test
    void a_lane_without_a_record_holds_nothing_back_and_what_is_in_another_lane_is_not_passed() {
        Tenure first = table.take(KEY);
        for (long offset = 0; offset < 1_000; offset++) {
            first.place(offset);
        }
        write(first, "b/1", 999);
        assertThat(table.all().get(0).low()).as("998 are in flight elsewhere").isEqualTo(0);
        first.reached(999);
        write(first, "b/0", 500);
        assertThat(table.take(KEY).start()).isEqualTo(1_000);
    }

    @Test
    void a_write_of_an_earlier_owner_fails_in_a_lane_that_has_written_and_in_one_that_has_not() {
        Tenure first = table.take(KEY);
        first.place(0);
        write(first, "b/0", 0);
        Tenure second = table.take(KEY);
        write(second, "b/0", 1);

        for (String lane : List.of("b/0", "b/1")) {
            assertThatThrownBy(() -> write(first, lane, 2)).isInstanceOf(PartitionLostException.class);
        }
        assertThat(first.isLost()).isTrue();
        assertThat(second.isLost()).isFalse();
        assertThat(table.take(KEY).start()).isEqualTo(2);
    }

    @Test
    void what_no_batch_writes_is_written_by_the_owner_and_by_nobody_else() {
        Tenure first = table.take(KEY);
        first.place(7).acknowledged(Outcome.FILTERED);
        first.reached(8);
        table.writeRest(first);
        assertThat(first.unwritten()).isNull();
        Tenure second = table.take(KEY);
        assertThat(second.start()).isEqualTo(8);
        first.reached(20);
        table.writeRest(first);
        assertThat(first.isLost()).isTrue();
        assertThat(table.all()).singleElement().satisfies(position -> {
            assertThat(position.low()).isEqualTo(8);
            assertThat(position.outcomes().filtered()).isEqualTo(1);
        });
    }

    @Test
    void who_takes_a_partition_waits_for_a_transaction_that_has_written_and_then_knows_what_it_did() throws Exception {
        for (boolean isFirstOfItsLane : new boolean[] {false, true}) {
            empty();
            Tenure first = table.take(KEY);
            first.place(0);
            if (!isFirstOfItsLane) {
                write(first, "b/0", 0);
            }
            CompletableFuture<Tenure> second = new CompletableFuture<>();
            transaction.executeWithoutResult(status -> {
                table.write(attempt(first, "b/0", isFirstOfItsLane ? 0 : 1));
                second.completeAsync(() -> table.take(KEY));
                awaitWaiting(1);
                assertThat(second).isNotDone();
            });
            assertThat(second.get().start()).isEqualTo(isFirstOfItsLane ? 1 : 2);
        }
    }

    @Test
    void an_attempt_whose_commit_was_not_answered_is_resolved_by_its_row() {
        for (boolean committed : new boolean[] {true, false}) {
            empty();
            Tenure tenure = table.take(KEY);
            tenure.place(0);
            write(tenure, "b/0", 0);
            transaction.executeWithoutResult(status -> {
                table.write(attempt(tenure, "b/0", 1));
                if (!committed) {
                    status.setRollbackOnly();
                }
            });
            LanePosition lane = tenure.lane("b/0");
            assertThat(lane.isUncertain()).isTrue();
            assertThat(tenure.isApplied(1)).isFalse();

            table.resolve(List.of(lane));
            assertThat(tenure.isApplied(1))
                    .as("it has committed: %s", committed)
                    .isEqualTo(committed);

            write(tenure, "b/0", 1, 2);
            assertThat(table.take(KEY).start()).isEqualTo(3);
            assertThat(table.all().get(0).outcomes().applied()).as("each once").isEqualTo(3);
        }
    }

    /** The first row of a lane: the transaction that has made it is still about to commit when the attempt is repeated. */
    @Test
    void an_attempt_that_commits_while_it_is_repeated_is_not_written_over() {
        Tenure tenure = table.take(KEY);
        tenure.place(0);
        CompletableFuture<Void> repeated = new CompletableFuture<>();
        transaction.executeWithoutResult(status -> {
            table.write(attempt(tenure, "b/0", 0, 1));
            repeated.completeAsync(() -> {
                table.resolve(List.of(tenure.lane("b/0")));
                write(tenure, "b/0", 0);
                return null;
            });
            awaitWaiting(1);
        });
        assertThat(repeated)
                .failsWithin(Duration.ofSeconds(10))
                .withThrowableThat()
                .withCauseInstanceOf(PartitionLostException.class);
        assertThat(tenure.isLost()).as("it is still its own").isFalse();

        table.resolve(List.of(tenure.lane("b/0")));
        assertThat(tenure.isApplied(1)).isTrue();
        write(tenure, "b/0", 2);
        assertThat(table.take(KEY).start()).isEqualTo(3);
    }

    /** It is asked for a moment too early: nothing of the attempt can be seen then. */
    @Test
    void an_attempt_that_commits_after_it_was_asked_for_is_not_written_over() {
        Tenure tenure = table.take(KEY);
        tenure.place(0);
        transaction.executeWithoutResult(status -> {
            table.write(attempt(tenure, "b/0", 0, 1));
            CompletableFuture.runAsync(() -> table.resolve(List.of(tenure.lane("b/0"))))
                    .join();
        });
        assertThatThrownBy(() -> write(tenure, "b/0", 0)).isInstanceOf(PartitionLostException.class);
        assertThat(tenure.isLost()).as("it is still its own").isFalse();

        table.resolve(List.of(tenure.lane("b/0")));
        assertThat(tenure.isApplied(1)).isTrue();
        assertThat(table.take(KEY).start()).isEqualTo(2);
    }

    @Test
    void taken_back_everything_behind_is_new_again() {
        Tenure first = table.take(KEY);
        first.place(0);
        write(first, "b/0", 0, 1, 2, 5);
        Tenure second = table.takeBack(KEY, 1);
        assertThat(second.start()).isEqualTo(1);
        assertThat(second.isApplied(5)).isFalse();
        assertThatThrownBy(() -> write(first, "b/0", 3)).isInstanceOf(PartitionLostException.class);
    }

    private void write(Tenure tenure, String lane, long... offsets) {
        transaction.executeWithoutResult(status -> table.write(attempt(tenure, lane, offsets)));
        tenure.lane(lane).confirm();
    }

    private static Map<LanePosition, LaneAttempt> attempt(Tenure tenure, String lane, long... offsets) {
        LaneAttempt attempt = new LaneAttempt();
        for (long offset : offsets) {
            attempt.add(new Place(tenure, offset).in(lane, false, true), Outcome.APPLIED);
        }
        return Map.of(tenure.lane(lane), attempt);
    }

    private static void awaitWaiting(int transactions) {
        JdbcTemplate outside = new JdbcTemplate(DATABASE);
        CompletableFuture.runAsync(
                        () -> Awaitility.await().atMost(Duration.ofSeconds(20)).until(() -> Integer.valueOf(
                                        transactions)
                                .equals(outside.queryForObject(
                                        "select count(*) from pg_stat_activity where datname = current_database()"
                                                + " and wait_event_type = 'Lock'",
                                        Integer.class))))
                .join();
    }
}

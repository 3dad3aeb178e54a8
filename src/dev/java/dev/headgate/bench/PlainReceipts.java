package dev.headgate.bench;

import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import javax.sql.DataSource;

/**
 * The receipts as one executes them by hand: one thread that locks some jobs, does each, and deletes them. It knows no
 * attempts, and no jobs that fail.
 */
final class PlainReceipts {
    private static final int MOST_JOBS = 100;
    private static final Duration PAUSE = Duration.ofMillis(50);

    private static final String POLL = """
            select id, payload from headgate.job where queue = 'send-receipt' order by id limit ? for update skip locked
            """;
    private static final String SEND = """
            insert into receipts (message_id, order_id, version)
            select ?, m.order_id, m.version from json_to_record(?::json) as m (order_id text, version integer)
            on conflict (message_id) do nothing
            """;
    private static final String DELETE = "delete from headgate.job where id = any(?)";

    private final DataSource dataSource;

    PlainReceipts(DataSource dataSource) {
        this.dataSource = dataSource;
    }

    /** Sends receipts until it fails or is interrupted. */
    void run() throws SQLException, InterruptedException {
        try (var connection = dataSource.getConnection()) {
            connection.setAutoCommit(false);
            while (true) {
                int sent = send(connection);
                connection.commit();
                if (sent == 0) {
                    Thread.sleep(PAUSE.toMillis());
                }
            }
        }
    }

    private static int send(Connection connection) throws SQLException {
        List<Long> ids = new ArrayList<>();
        try (var poll = connection.prepareStatement(POLL);
                var send = connection.prepareStatement(SEND)) {
            poll.setInt(1, MOST_JOBS);
            try (var jobs = poll.executeQuery()) {
                while (jobs.next()) {
                    ids.add(jobs.getLong(1));
                    send.setString(1, "job-" + jobs.getLong(1));
                    send.setString(2, new String(jobs.getBytes(2), StandardCharsets.UTF_8));
                    send.executeUpdate();
                }
            }
        }
        if (!ids.isEmpty()) {
            try (var delete = connection.prepareStatement(DELETE)) {
                delete.setArray(1, connection.createArrayOf("int8", ids.toArray()));
                delete.executeUpdate();
            }
        }
        return ids.size();
    }
}

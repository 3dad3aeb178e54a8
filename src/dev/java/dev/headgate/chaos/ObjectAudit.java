package dev.headgate.chaos;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.headgate.demo.Figure;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.GZIPInputStream;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.NoSuchKeyException;

/**
 * Reads the objects that the manifest names, as a reader does, and compares their lines with what was sent. Objects that it
 * does not name do not count: attempts that failed have left them. Of objects that are not JSON lines in gzip only the
 * manifest is read.
 */
final class ObjectAudit {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String FORMAT = "ndjson.gz";

    private static final String TABLE = """
            drop table if exists chaos.line;
            create table chaos.line (object bigint, line int, key text, version int)
            """;

    private static final String MANIFEST =
            "select id, bucket, key from headgate.object_manifest where format = '%s'".formatted(FORMAT);

    private static final String ENTERED = "select coalesce(sum(messages), 0) from headgate.object_manifest";

    private static final String ENTERED_AS_LINES = ENTERED + " where format = '%s'".formatted(FORMAT);
    private static final String LINES = "select count(*) from chaos.line";
    private static final String EFFECTS = """
            create table chaos.effect as
            select row_number() over (order by object, line) as entry, object, key, version from chaos.line
            """;

    private static final String NOT_ARCHIVED = "select count(*) from chaos.times where found < due";
    private static final String TWICE =
            "select coalesce(sum(found - due), 0) from chaos.times where found > due and due > 0";
    private static final String STRANGERS = "select coalesce(sum(found), 0) from chaos.times where due = 0";
    private static final String OUT_OF_ORDER = """
            select count(*) from (
                select position < lag(position) over (partition by object, key, partition order by entry) as back
                from chaos.traced) step
            where back
            """;

    private final Site site;
    private final Path directory;
    private final boolean orders;

    /** @param orders whether they are the orders of the demo, of which an order and its version are one message */
    ObjectAudit(Site site, Path directory, boolean orders) {
        this.site = site;
        this.directory = directory;
        this.orders = orders;
    }

    /**
     * What was found; {@code chaos.message} says what was sent.
     *
     * @param applied how many messages have been
     */
    List<Figure> read(Connection connection, long applied) throws SQLException, IOException {
        Path file = directory.resolve("lines.tsv");
        try (Statement statement = connection.createStatement()) {
            long named = 0;
            long there = 0;
            try (S3Client client = site.s3().client();
                    BufferedWriter writer = Files.newBufferedWriter(file);
                    ResultSet objects = statement.executeQuery(MANIFEST)) {
                while (objects.next()) {
                    named++;
                    there += read(client, objects.getLong(1), objects.getString(2), objects.getString(3), writer);
                }
            }
            statement.execute(TABLE);
            Audit.copy(connection, "chaos.line", file);
            List<Figure> figures = new ArrayList<>();
            figures.add(new Figure("objects", "objects of the manifest that are in the bucket", named, there));
            figures.add(new Figure("entered", "messages by the manifest", applied, Audit.count(statement, ENTERED)));
            figures.add(new Figure(
                    "archived",
                    "lines of those objects",
                    Audit.count(statement, ENTERED_AS_LINES),
                    Audit.count(statement, LINES)));
            if (orders && named > 0) {
                statement.execute(EFFECTS);
                statement.execute(Audit.COMPARED);
                figures.add(Audit.nothing("not archived", "messages with a line too few", statement, NOT_ARCHIVED));
                figures.add(Audit.nothing("twice", "lines of messages with a line too many", statement, TWICE));
                figures.add(Audit.nothing("not sent", "lines of no valid message", statement, STRANGERS));
                figures.add(Audit.nothing(
                        "out of order",
                        "lines of an object before one of their key that came earlier in the partition",
                        statement,
                        OUT_OF_ORDER));
            }
            return figures;
        }
    }

    /** How many objects that is. */
    private int read(S3Client client, long id, String bucket, String key, BufferedWriter writer) throws IOException {
        try (var stream = client.getObject(request -> request.bucket(bucket).key(key));
                var reader = new BufferedReader(
                        new InputStreamReader(new GZIPInputStream(stream), StandardCharsets.UTF_8))) {
            int number = 0;
            for (String line = reader.readLine(); line != null; line = reader.readLine()) {
                JsonNode order = orders ? JSON.readTree(line) : JSON.nullNode();
                writer.write("%d\t%d\t%s\t%d\n"
                        .formatted(
                                id,
                                ++number,
                                order.path("order_id").asText(),
                                order.path("version").asInt()));
            }
            return 1;
        } catch (NoSuchKeyException absent) {
            return 0;
        }
    }
}

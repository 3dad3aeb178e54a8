package dev.headgate.manage;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.headgate.deadletter.DeadLetter;
import dev.headgate.deadletter.DeadLetterTable;
import dev.headgate.deadletter.Selection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import javax.sql.DataSource;

/** The newest dead letters of one reason, as JSON, without what the messages say: no payload, key or header. Thread-safe. */
final class OpenLetters {

    private static final int SHOWN = 20;
    private static final ObjectMapper JSON = new ObjectMapper();

    private final DataSource dataSource;

    OpenLetters(DataSource dataSource) {
        this.dataSource = dataSource;
    }

    /** Asks the database. */
    String json(String pipeline, String reason) {
        Selection selection = new Selection(List.of(), DeadLetter.State.DEAD, pipeline, reason, null, null, null);
        List<Map<String, Object>> letters = new DeadLetterTable(dataSource)
                .find(selection, SHOWN).stream().map(OpenLetters::shown).toList();
        try {
            return JSON.writerWithDefaultPrettyPrinter().writeValueAsString(letters);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    private static Map<String, Object> shown(DeadLetter letter) {
        Map<String, Object> shown = new LinkedHashMap<>();
        shown.put("id", letter.id());
        shown.put("pipeline", letter.pipeline());
        shown.put("reason", letter.reason());
        shown.put("step", letter.stage());
        shown.put("source", letter.source());
        shown.put("refused", letter.receivedAt().toString());
        shown.put("attempts", letter.attempts());
        shown.put("replays", letter.replays());
        shown.put("held", letter.held());
        shown.put("whole", "./headgate dead-letters show " + letter.id());
        return shown;
    }
}

package dev.headgate.guarantee;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The page of a dead letter: who sees what of the message, that all of it is text, and what its buttons do. */
class DeadLetterPageIT {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String[] TOKEN = {"Authorization", "Bearer t0ken-of-the-port"};
    private static final String MARKUP = "</dd><script>alert('%s')</script><img src=x onerror=\"a&b\">";
    private static final String MBEAN = "org.apache.camel:context=headgate,type=services,name=\"DeadLetters\"";

    private static final String HOSTILE = """
            insert into headgate.dead_letter (pipeline, stage, reason, error, key, headers, payload, source, received_at)
            values ('<b>orders', '<b>stage', '<b>reason', '<b>error', '<b>key', '{"<b>name": null}',
                decode('ff00', 'hex'), '<b>source', now())
            """;

    @TempDir
    Path directory;

    private int port;

    @Test
    void who_may_decide_sees_the_message_as_text_and_decides() throws Exception {
        port = Scrape.freePort();
        try (Pipeline pipeline = new Pipeline(1)) {
            pipeline.start(
                    Map.of(
                            "camel.management.enabled", "true",
                            "camel.management.port", Integer.toString(port),
                            "headgate.management.write", "true",
                            "headgate.management.token", "t0ken-of-the-port"),
                    Map.of());
            refused(pipeline);
            pipeline.execute(HOSTILE);

            assertThat(Scrape.get(port, "/observe/dead-letters/1").statusCode()).isEqualTo(401);
            HttpResponse<String> page = get("/observe/dead-letters/1", "text/html,*/*");
            assertThat(page.statusCode()).isEqualTo(200);
            assertThat(page.headers().firstValue("Content-Type")).contains("text/html; charset=utf-8");
            assertThat(page.headers().firstValue("Content-Security-Policy"))
                    .hasValueSatisfying(policy -> assertThat(policy).contains("default-src 'none'"));
            assertThat(page.body())
                    .contains("<h1>Dead letter 1</h1>", "<dt>reason</dt><dd>broken JSON</dd>")
                    .contains(
                            "<dt>step</dt><dd>orders-validate</dd>",
                            "<dt>source</dt><dd>" + pipeline.topic + "-0-0</dd>")
                    .contains("<dt>key</dt><dd>&lt;/dd&gt;&lt;script&gt;alert(&#39;key&#39;)&lt;/script&gt;")
                    .contains("<dt>note</dt><dd>&lt;/dd&gt;&lt;script&gt;alert(&#39;header&#39;)&lt;/script&gt;")
                    .contains("<pre tabindex=\"0\">&lt;/dd&gt;&lt;script&gt;alert(&#39;payload&#39;)&lt;/script&gt;")
                    .contains("onerror=&quot;a&amp;b&quot;")
                    .contains("class=\"replay\">Replay</button>", "class=\"discard\">Discard</button>")
                    .contains("runbook.md#:~:text=%23%23%20HeadgateDeadLettersRising")
                    .contains("token=xxxxxx")
                    .doesNotContain("<script>", "<img", "t0ken-of-the-port", "s3cret");
            assertThat(get("/observe/dead-letters/2", "text/html").body())
                    .contains("<dt>reason</dt><dd>&lt;b&gt;reason</dd>", "(no value)", "It is no text")
                    .doesNotContain("<b>");

            JsonNode json =
                    JSON.readTree(get("/observe/dead-letters/1.json", "*/*").body());
            assertThat(json.path("key").asText()).isEqualTo(MARKUP.formatted("key"));
            assertThat(json.path("state").asText()).isEqualTo("dead");
            assertThat(json.path("payloadBytes").asInt()).isGreaterThan(5_000);
            assertThat(json.path("payload").asText()).hasSize(4_097).endsWith("…");
            assertThat(get("/observe/dead-letters/1", "application/json").body())
                    .startsWith("{");
            assertThat(get("/observe/dead-letters/1", "*/*").body()).startsWith("<!doctype html>");

            assertThat(get("/observe/dead-letters/99", "text/html")).satisfies(answer -> {
                assertThat(answer.statusCode()).isEqualTo(404);
                assertThat(answer.body()).isEqualTo("There is no dead letter 99, or none any more.\n");
            });
            for (String number : List.of("x", "-1", "1x", "99999999999999999999", "%3Cb%3E")) {
                assertThat(get("/observe/dead-letters/" + number, "text/html").statusCode())
                        .as(number)
                        .isEqualTo(400);
            }

            theList();
            theBrowser();

            assertThat(decide("replayLetter", "1"))
                    .isEqualTo("Replayed 1: 0 applied, 1 refused again, 0 not heard of, 0 left.");
            assertThat(JSON.readTree(get("/observe/dead-letters/1.json", "*/*").body())
                            .path("attempts")
                            .asInt())
                    .isEqualTo(2);
            assertThat(decide("discardLetter", "1", "nobody <b>wants</b> it")).isEqualTo("Discarded 1.");
            assertThat(decide("discardLetter", "1", "again")).isEqualTo("Discarded 0.");
            assertThat(get("/observe/dead-letters/1", "text/html").body())
                    .contains("<dt>discarded</dt><dd>nobody &lt;b&gt;wants&lt;/b&gt; it</dd>")
                    .doesNotContain("Replay</button>");
        }
    }

    @Test
    void a_guest_sees_nothing_that_the_message_says() throws Exception {
        port = Scrape.freePort();
        try (Pipeline pipeline = new Pipeline(1)) {
            pipeline.start(
                    Map.of("camel.management.enabled", "true", "camel.management.port", Integer.toString(port)),
                    Map.of());
            refused(pipeline);

            for (String path : List.of("/observe/dead-letters/1", "/observe/dead-letters/1.json")) {
                assertThat(Scrape.get(port, path, "Accept", "text/html").body())
                        .as(path)
                        .contains("broken JSON", "orders-validate", "./headgate dead-letters show 1")
                        .contains("headgate.management.write")
                        .doesNotContain("alert", "note", "Replay</button>");
            }
        }
    }

    /** A message that is refused for what it says. */
    private static void refused(Pipeline pipeline) {
        String payload = MARKUP.formatted("payload") + " token=t0ken-of-the-port " + "x".repeat(5_000);
        ProducerRecord<String, byte[]> message =
                new ProducerRecord<>(pipeline.topic, MARKUP.formatted("key"), payload.getBytes(StandardCharsets.UTF_8));
        message.headers().add("note", MARKUP.formatted("header").getBytes(StandardCharsets.UTF_8));
        message.headers().add("x-password", "s3cret".getBytes(StandardCharsets.UTF_8));
        pipeline.send(message);
        pipeline.flush();
        Pipeline.await().until(() -> pipeline.count("select count(*) from headgate.dead_letter") == 1);
    }

    /** That of the status page's link: programs get JSON, as ever. */
    private void theList() throws Exception {
        String path = "/observe/dead-letters?pipeline=orders&reason=broken%20JSON";
        assertThat(JSON.readTree(get(path, "*/*").body()).path(0).path("id").asInt())
                .isOne();
        assertThat(get(path, "text/html").body())
                .contains("<a href=\"dead-letters/1\">Dead letter 1</a>", "<dt>step</dt><dd>orders-validate</dd>")
                .doesNotContain("alert");
    }

    private void theBrowser() throws Exception {
        if (Chromium.isInstalled()) {
            assertThat(Chromium.document(
                            directory,
                            "http://anybody:t0ken-of-the-port@127.0.0.1:" + port + "/observe/dead-letters/1"))
                    .contains("<h1>Dead letter 1</h1>", "&lt;script&gt;alert('payload')")
                    .doesNotContain("<img");
        }
    }

    private String decide(String operation, String... arguments) throws Exception {
        HttpResponse<String> answer = Scrape.post(
                port,
                "/observe/jolokia/",
                JSON.writeValueAsString(
                        Map.of("type", "exec", "mbean", MBEAN, "operation", operation, "arguments", arguments)),
                TOKEN);
        return JSON.readTree(answer.body()).path("value").asText(answer.body());
    }

    private HttpResponse<String> get(String path, String accept) throws Exception {
        return Scrape.get(port, path, TOKEN[0], TOKEN[1], "Accept", accept);
    }
}

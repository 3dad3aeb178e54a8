package dev.headgate.batch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.headgate.failure.RetryException;
import dev.headgate.message.Attempts;
import dev.headgate.message.Message;
import dev.headgate.message.Rejection;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.camel.Processor;
import org.apache.camel.support.PluginHelper;
import org.apache.camel.support.ResourceHelper;
import org.junit.jupiter.api.Test;

/** The YAML of the page about {@code batch:}, as it stands there. */
class RetryRouteIT {

    private static final Pattern YAML = Pattern.compile("```yaml\n(- onException:.*?)```", Pattern.DOTALL);

    @Test
    void a_handler_asks_for_a_retry_in_yaml_and_the_dead_letter_tells_the_attempts() throws Exception {
        Matcher documented = YAML.matcher(Files.readString(Path.of("src/docs/batch.md")));
        assertThat(documented.find()).isTrue();
        String onException = documented.group(1).replace("redeliveryDelay: 200", "redeliveryDelay: 1");
        AtomicInteger calls = new AtomicInteger();
        try (BatchRoutes routes = new BatchRoutes("lanes=1&linger=1", null)) {
            routes.context.getRegistry().bind("attempts", new Attempts());
            routes.context.getRegistry().bind("await-parent", (Processor) exchange -> {
                calls.incrementAndGet();
                throw new RetryException("parent missing", "not there yet", null);
            });
            PluginHelper.getRoutesLoader(routes.context)
                    .loadRoutes(ResourceHelper.fromString("asking.camel.yaml", onException + """
                            - route:
                                id: asking
                                from:
                                  uri: direct:asking
                                  steps:
                                    - process: { ref: await-parent, id: await-parent }
                                    - to: batch:b
                            """));

            routes.send("direct:asking", "k", "never");
            await().atMost(Duration.ofSeconds(30)).until(() -> routes.acknowledged.size() == 1);
            assertThat(calls).hasValue(6);
            assertThat(routes.rejected)
                    .extracting(Message::rejection)
                    .containsExactly(new Rejection("await-parent", "parent missing", "not there yet", 6));
        }
    }
}

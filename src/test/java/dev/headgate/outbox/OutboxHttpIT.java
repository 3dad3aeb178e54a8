package dev.headgate.outbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.headgate.guarantee.CapturedLog;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.camel.CamelContext;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.component.http.HttpComponent;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OutboxHttpIT extends RelayTargetContract {

    private static final int CONCURRENCY = 4;

    private Webhook webhook;

    @Override
    String prepare(CamelContext context) {
        try {
            webhook = new Webhook();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
        HttpComponent component = new HttpComponent();
        component.setAutomaticRetriesDisabled(true);
        context.addComponent("http", component);
        return webhook.url() + "?httpMethod=POST&responseTimeout=500";
    }

    @Override
    String options() {
        return "&concurrency=" + CONCURRENCY;
    }

    @Override
    void answer(Answers answers) {
        webhook.answer(id -> switch (answers.to(id)) {
            case TAKEN -> 204;
            case UNAVAILABLE -> 503;
            case REFUSED -> 422;
        });
    }

    @Override
    List<String> taken() {
        return webhook.accepted().stream().map(Webhook.Request::id).toList();
    }

    @AfterEach
    void stopWebhook() {
        webhook.close();
    }

    @Test
    void an_entry_is_posted_with_its_content_type_and_several_at_once_but_not_more_than_said() {
        // However fast it is, and however slowly the next one comes: each gives others a chance to be there at once.
        CountDownLatch company = new CountDownLatch(1);
        webhook.answer(id -> {
            if (webhook.mostAtOnce() > 1) {
                company.countDown();
            }
            try {
                boolean unused = company.await(300, TimeUnit.MILLISECONDS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            return 204;
        });
        database.write("orders", 100, 50);
        awaitDelivered();
        assertThat(webhook.accepted())
                .allMatch(request ->
                        request.method().equals("POST") && request.contentType().equals("application/json"));
        assertThat(webhook.accepted()).extracting(Webhook.Request::body).contains("1", "100");
        assertThat(webhook.mostAtOnce()).isBetween(2, CONCURRENCY);
    }

    @ParameterizedTest
    @ValueSource(ints = {408, 425, 429, 500, 503})
    void what_may_pass_later_is_tried_again(int status) {
        webhook.answer(id -> status);
        database.write("orders", 1, 1);
        await().atMost(SOON).until(() -> database.count("attempts > 1") == 1);
        webhook.answer(id -> 200);
        awaitDelivered();
        assertThat(database.sql.queryForObject("select count(*) from headgate.dead_letter", Long.class))
                .isZero();
    }

    @Test
    void a_destination_works_again_when_what_it_refused_is_taken_not_when_something_else_is() {
        AtomicReference<String> sick = new AtomicReference<>();
        webhook.answer(id -> {
            sick.compareAndSet(null, id);
            return id.equals(sick.get()) ? 503 : 204;
        });
        try (CapturedLog log = new CapturedLog(OutboxConsumer.class.getName())) {
            for (int attempts = 1; attempts < 6; attempts++) {
                int least = attempts;
                int before = webhook.accepted().size();
                database.write("orders", 20, 20);
                await().atMost(SOON)
                        .until(() -> database.count("attempts >= " + least) > 0
                                && webhook.accepted().size() > before);
            }
            assertThat(log.with("fails")).isNotEmpty();
            assertThat(log.with("works again")).isEmpty();

            webhook.answer(id -> 204);
            awaitDelivered();
            await().atMost(SOON).until(() -> log.with("works again").size() == 1);
        }
    }

    @Test
    void what_fails_is_said_with_the_host_and_port_that_refuse_or_do_not_answer() {
        String place = webhook.url().replaceFirst("^http://([^/]+).*", "$1");
        webhook.silentUntil(new CountDownLatch(1));
        try (CapturedLog log = new CapturedLog(OutboxConsumer.class.getName())) {
            database.write("orders", 1, 1);
            await().atMost(SOON).until(() -> !log.with("fails").isEmpty());
            assertThat(log.with("fails").get(0)).contains(place);
            assertThat(lastErrors()).allMatch(error -> error.contains(place));

            webhook.close();
            await().atMost(SOON).until(() -> lastErrors().get(0).contains("refused"));
            assertThat(lastErrors()).allMatch(error -> error.contains(place));
        }
    }

    private List<String> lastErrors() {
        return database.sql.queryForList(
                "select last_error from headgate.outbox where last_error is not null", String.class);
    }

    @ParameterizedTest
    @ValueSource(ints = {400, 404, 409, 422})
    void what_the_request_is_at_fault_for_is_refused_with_the_status_as_its_reason(int status) {
        webhook.answer(id -> status);
        database.write("orders", 1, 1);
        await().atMost(SOON).until(() -> database.count("true") == 0);
        assertThat(database.sql.queryForList("select reason from headgate.dead_letter", String.class))
                .containsExactly("HTTP " + status);
    }

    @Test
    void a_header_with_a_name_that_http_has_not_is_refused_and_one_that_the_client_sets_itself_is_no_trouble() {
        for (String name : List.of("a b", "", "é", "Host", "Content-Length", "Transfer-Encoding", "Connection")) {
            database.sql.update(
                    "insert into headgate.outbox (pipeline, destination, headers, payload)"
                            + " values ('test', 'orders', json_build_object(?, 'v'), 'x')",
                    name);
        }
        await().atMost(SOON).until(() -> database.count("true") == 4);
        awaitDelivered();
        assertThat(database.sql.queryForList("select reason from headgate.dead_letter", String.class))
                .containsExactly("HTTP 400", "HTTP 400", "HTTP 400");
    }

    @Test
    void a_destination_that_hangs_holds_back_no_other() throws Exception {
        CountDownLatch hanging = new CountDownLatch(1);
        webhook.silentUntil(hanging);
        try (Webhook other = new Webhook()) {
            context.addRoutes(new RouteBuilder() {
                @Override
                public void configure() {
                    from("outbox:other?pollInterval=20&concurrency=" + CONCURRENCY)
                            .setHeader("Idempotency-Key", simple("${header.message-id}"))
                            .to(other.url() + "?httpMethod=POST");
                }
            });
            database.write("orders", 300, 100);
            database.write("other", 300, 100);

            await().atMost(SOON).until(() -> database.count("destination = 'other' and delivered_at is null") == 0);
            await().atMost(SOON).until(() -> database.count("last_error is not null") > 0);
            assertThat(database.count("destination = 'orders' and delivered_at is not null"))
                    .isZero();
            hanging.countDown();
            awaitDelivered();
            assertThat(other.accepted()).hasSize(300);
        }
    }
}

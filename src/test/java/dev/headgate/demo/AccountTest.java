package dev.headgate.demo;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class AccountTest {

    @Test
    void an_account_without_differences_reconciles() {
        var account = account(900, 10);

        assertThat(account.reconciles()).isTrue();
        assertThat(account.json())
                .hasToString("{\"reconciled\":true,\"applied\":900,\"deadLettered\":10,\"outboxEntries\":0,"
                        + "\"differences\":[]}");
        assertThat(account.text()).isEqualTo("""
                applied                       900
                dead-lettered                  10
                outbox entries                  0
                The account reconciles.
                """);
    }

    @Test
    void each_figure_that_differs_is_said_in_words() {
        var account = account(899, 1010);

        assertThat(account.differences())
                .containsExactly(
                        "messages applied: expected 900, found 899 (short by 1)",
                        "dead letters: expected 10, found 1,010 (over by 1,000)");
        assertThat(account.json().get("reconciled").booleanValue()).isFalse();
        assertThat(account.json().get("differences")).hasSize(2);
        assertThat(account.text()).contains("does not reconcile:\n  messages applied: expected 900");
    }

    private static Account account(long applied, long deadLettered) {
        return new Account(List.of(
                new Figure("applied", "messages applied", 900, applied),
                new Figure("dead-lettered", "dead letters", 10, deadLettered),
                new Figure("outbox entries", "entries", 0, 0)));
    }
}

package dev.headgate.demo;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headgate.demo.Account.Found;
import org.junit.jupiter.api.Test;

class AccountTest {
    private static final Totals GENERATED = new Totals(700, 200, 90, 10);

    @Test
    void an_account_without_differences_reconciles() {
        var account = new Account(GENERATED, new Found(1000, 900, 10, 700, 900, 900, 900, 900, 0, 0));

        assertThat(account.differences()).isEmpty();
        assertThat(account.json())
                .hasToString("{\"reconciled\":true,\"produced\":1000,\"applied\":900,\"duplicates\":90,"
                        + "\"deadLettered\":10,\"orders\":700,\"outboxEntries\":900,\"delivered\":900,"
                        + "\"relayed\":900,\"differences\":[]}");
        assertThat(account.text()).contains("produced               1,000").endsWith("The account reconciles.\n");
    }

    @Test
    void a_lost_message_is_said_in_words() {
        var account = new Account(GENERATED, new Found(1000, 899, 10, 700, 899, 899, 899, 899, 0, 0));

        assertThat(account.reconciles()).isFalse();
        assertThat(account.differences())
                .contains(
                        "messages applied (headgate.ledger): expected 900, found 899 (short by 1)",
                        "duplicates absorbed: expected 90, found 91 (over by 1)");
        assertThat(account.json().get("reconciled").booleanValue()).isFalse();
        assertThat(account.json().get("differences"))
                .hasSize(account.differences().size());
        assertThat(account.text()).contains("does not reconcile");
    }

    @Test
    void each_figure_that_differs_is_named() {
        assertThat(differences(new Found(1001, 900, 10, 700, 900, 900, 900, 900, 0, 0)))
                .contains("source topic", "duplicates absorbed");
        assertThat(differences(new Found(1000, 900, 11, 700, 900, 900, 900, 900, 0, 0)))
                .contains("dead letters");
        assertThat(differences(new Found(1000, 900, 10, 699, 900, 900, 900, 900, 0, 0)))
                .contains("orders stored");
        assertThat(differences(new Found(1000, 900, 10, 700, 899, 900, 900, 900, 0, 0)))
                .contains("versions");
        assertThat(differences(new Found(1000, 900, 10, 700, 900, 901, 901, 901, 0, 0)))
                .contains("outbox entries (");
        assertThat(differences(new Found(1000, 900, 10, 700, 900, 900, 899, 900, 0, 0)))
                .contains("marked as delivered");
        assertThat(differences(new Found(1000, 900, 10, 700, 900, 900, 900, 899, 1, 0)))
                .contains("distinct entries", "missing from");
        assertThat(differences(new Found(1000, 900, 10, 700, 900, 900, 900, 900, 0, 1)))
                .contains("without an outbox entry");
    }

    private static String differences(Found found) {
        return String.join("\n", new Account(GENERATED, found).differences());
    }
}

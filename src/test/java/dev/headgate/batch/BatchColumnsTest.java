package dev.headgate.batch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.headgate.batch.BatchColumns.Column;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BatchColumnsTest {

    @Test
    void a_list_has_names_and_types_whatever_these_have_in_parentheses() {
        BatchColumns columns = Objects.requireNonNull(BatchColumns.of(
                "order_id text,amount numeric(12, 2),\n \"placedAt\" timestamp(3) with time zone, tags text[], Mixed int",
                "\"message-source\" text"));

        assertThat(columns.columns())
                .containsExactly(
                        new Column("order_id", "order_id", "text", false),
                        new Column("amount", "amount", "numeric(12, 2)", false),
                        new Column("placedAt", "\"placedAt\"", "timestamp(3) with time zone", false),
                        new Column("tags", "tags", "text[]", false),
                        new Column("Mixed", "Mixed", "int", false),
                        new Column("message-source", "\"message-source\"", "text", true));
    }

    @Test
    void without_the_options_there_is_no_relation() {
        assertThat(BatchColumns.of(null, null)).isNull();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            order_id                       | found "order_id" where a name and a type of Postgres are expected
            order_id text,                 | found ""
            ''                             | found ""
            order_id text; drop table t    | found "order_id text; drop table t"
            1st text                       | found "1st text"
            message_key text               | has the column message_key: names that begin with message_
            Message_Key text               | names that begin with message_
            a text, A integer              | has the column A, which is there already
            """)
    void what_is_no_list_of_columns_is_refused_with_what_was_found(String list, String said) {
        assertThatThrownBy(() -> BatchColumns.of(list, null))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("columns ")
                .hasMessageContaining(said);
        assertThatThrownBy(() -> BatchColumns.of("a bigint", list)).hasMessageContaining("headerColumns");
    }
}

package dev.headgate.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

class SqlFileTest {
    @Test
    void named_parameters_become_placeholders_in_order() {
        var file = SqlFile.parse("select cast(:#${body.fresh} as json), cast(:#${body.header('channel')} as json)");

        assertThat(file.text()).isEqualTo("select cast(? as json), cast(? as json)");
        assertThat(file.parameters()).containsExactly("fresh", "header('channel')");
    }

    @Test
    void a_parameter_of_another_kind_is_refused() {
        assertThatThrownBy(() -> SqlFile.parse("select :#customer")).hasMessageContaining(":#customer");
    }

    @Test
    void the_statements_of_the_plain_loop_are_understood() {
        assertThat(SqlFile.ofOrders())
                .extracting(SqlFile::parameters)
                .containsExactly(
                        List.of("fresh", "header('channel')"), List.of("name", "fresh", "traces"), List.of("fresh"));
    }
}

package dev.headgate.settings;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SecretsTest {

    private static final Secrets SECRETS = Secrets.of(Settings.defaults()
            .with(
                    Map.of(
                            "headgate.database.user", "headgate",
                            "headgate.database.password", "headgate",
                            "headgate.management.token", "hush<&>7163",
                            "camel.component.aws2-s3.secret-key", "wJalr/XUtn+FEMI",
                            "erp.password", "abc",
                            "erp.token-enabled", "false"),
                    "a test"));

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "jdbc:postgresql://db:5432/orders?user=me&password=p4ss&ssl=true|jdbc:postgresql://db:5432/orders?user=me&password=xxxxxx&ssl=true",
                "jdbc:postgresql://me:p4ss@db:5432/orders|jdbc:postgresql://xxxxxx@db:5432/orders",
                "https://hooks.example/services/T0/B0/X1?a=b|https://hooks.example/xxxxxx",
                "https://hooks.example/xxxxxx-1f|https://hooks.example/xxxxxx-1f",
                "<to uri=\"https://u:p@hooks.example:8443/s/T0\" id=\"x\"/>|<to uri=\"https://xxxxxx@hooks.example:8443/xxxxxx\" id=\"x\"/>",
                "<to uri=\"http://h/p?a=b&amp;c=d\"/>|<to uri=\"http://h/xxxxxx\"/>",
                "<routes xmlns=\"http://camel.apache.org/schema/spring\">|<routes xmlns=\"http://camel.apache.org/schema/spring\">",
                "kafka:orders?saslJaasConfig=RAW(x password=\"a b\";)&groupId=g|kafka:orders?saslJaasConfig=xxxxxx&groupId=g",
                "sasl=\"required password=&quot;p4ss&quot;;\"|sasl=\"required password=&quot;xxxxxx&quot;;\"",
                "{\"accessKey\":\"AKIA\",\"name\":\"orders\"}|{\"accessKey\":\"xxxxxx\",\"name\":\"orders\"}",
                "{\\\"api-key\\\": \\\"AKIA\\\"}|{\\\"api-key\\\": \\\"xxxxxx\\\"}",
                "Authorization: Bearer abc.def-1|Authorization: xxxxxx xxxxxx",
                "constant{Bearer abc.def-1}|constant{Bearer xxxxxx}",
                "secretKey={{aws.secret}}|secretKey=xxxxxx",
                "it wrote hush<&>7163 there|it wrote xxxxxx there",
                "<x>hush&lt;&amp;&gt;7163</x>|<x>xxxxxx</x>",
                "?k=wJalr%2FXUtn%2BFEMI|?k=xxxxxx",
                "headgate writes abc into false|headgate writes abc into false",
                "org.apache.camel:context=headgate,type=routes,name=\"orders\"|org.apache.camel:context=headgate,type=routes,name=\"orders\"",
                "file:routes/sql/orders.sql and s3://bucket/key|file:routes/sql/orders.sql and s3://bucket/key",
            })
    void what_is_secret_is_masked_wherever_it_stands(String text, String masked) {
        assertThat(SECRETS.masked(text)).isEqualTo(masked);
    }

    @Test
    void without_any_secret_value_only_what_looks_like_one_is_masked() {
        Secrets none = Secrets.of(Settings.defaults());
        assertThat(none.masked("orders")).isEqualTo("orders");
        assertThat(none.masked("")).isEmpty();
        assertThat(none.masked("password=x")).isEqualTo("password=xxxxxx");
    }
}

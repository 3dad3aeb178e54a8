package dev.headgate.manage;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** Dead letters as HTML: all that they say is text in it. Used by one thread. */
final class LetterPage {

    private static final String PAGE = """
            <!doctype html>
            <html lang="en">
              <head>
                <meta charset="utf-8">
                <meta name="viewport" content="width=device-width, initial-scale=1">
                <meta name="color-scheme" content="light dark">
                <title>%1$s</title>
                <link rel="icon" href="data:,">
                <link rel="stylesheet" href="%2$sobserve/page/status.css">
                <script type="module" src="%2$sobserve/page/letter.js"></script>
              </head>
              <body>
                <header class="top"><h1>%1$s</h1><p><a href="%2$s">Status</a></p></header>
                <main class="card letter">
            %3$s</main>
                <footer><nav aria-label="More of this process"><a href="%2$sobserve/page/runbook.md#:~:text=%4$s">Runbook</a></nav></footer>
              </body>
            </html>
            """;

    private static final String CONTROLS = """
            <div class="controls" data-letter="%1$d">
            <button type="button" class="replay">Replay</button> <button type="button" class="discard">Discard</button>
            <noscript>./headgate dead-letters replay %1$d, or discard %1$d --why TEXT</noscript>
            <p class="told" role="status"></p></div>
            """;

    /** The part of the runbook that is about them, whatever their reason. */
    private static final String RUNBOOK = URLEncoder.encode("## HeadgateDeadLettersRising", StandardCharsets.UTF_8)
            .replace("+", "%20");

    private final StringBuilder main = new StringBuilder();

    private LetterPage() {}

    /**
     * Makes a page.
     *
     * @param root leads from the page to the status page
     */
    static String of(String title, String root, Consumer<LetterPage> content) {
        LetterPage page = new LetterPage();
        content.accept(page);
        return PAGE.formatted(escaped(title), root, page.main, RUNBOOK);
    }

    /** Each with a link to its own page. */
    void list(List<Map<String, Object>> letters) {
        if (letters.isEmpty()) {
            main.append("<p>None that nobody has decided about.</p>\n");
        }
        for (Map<String, Object> letter : letters) {
            main.append("<h2><a href=\"dead-letters/%1$s\">Dead letter %1$s</a></h2>\n".formatted(letter.get("id")));
            fields(letter);
        }
    }

    void letter(long id, Map<String, Object> letter, boolean decides) {
        if (decides) {
            main.append(CONTROLS.formatted(id));
        }
        fields(letter);
        if (letter.get("headers") instanceof List<?> headers) {
            main.append("<h2>Headers</h2>\n<dl>\n");
            for (Object header : headers) {
                Map<?, ?> pair = (Map<?, ?>) header;
                Object value = pair.get("value");
                field(String.valueOf(pair.get("name")), value == null ? "(no value)" : value);
            }
            main.append("</dl>\n<h2>Payload</h2>\n");
            Object payload = letter.get("payload");
            main.append("<pre tabindex=\"0\">%s</pre>\n"
                    .formatted(escaped(
                            payload != null
                                    ? payload.toString()
                                    : letter.containsKey("payloadBytes")
                                            ? "It is no text: " + letter.get("whole")
                                            : "It has none.")));
        }
    }

    private void fields(Map<String, Object> letter) {
        main.append("<dl>\n");
        letter.forEach((name, value) -> {
            if (!List.of("id", "headers", "payload").contains(name)) {
                field(name, value);
            }
        });
        main.append("</dl>\n");
    }

    private void field(String name, Object value) {
        main.append("<div><dt>%s</dt><dd>%s</dd></div>\n".formatted(escaped(name), escaped(value.toString())));
    }

    private static String escaped(String text) {
        return text.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;")
                .replace("'", "&#39;");
    }
}

package dev.headgate.cli.command;

import java.io.FilterWriter;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.Writer;
import java.util.Locale;

/**
 * All that a command prints, results and complaints: what senders have put into messages is shown and not obeyed. In place
 * of each control character but line breaks and tabs, and of each that turns the direction of writing or ends a line, it
 * has its number, such as {@code \}{@code u001b}; within a text of JSON that is the same text. Not thread-safe.
 */
public final class ShownText extends FilterWriter {

    private ShownText(Writer out) {
        super(out);
    }

    /** Prints to a writer, and flushes it at the end of each line. */
    public static PrintWriter to(Writer out) {
        return new PrintWriter(new ShownText(out), true);
    }

    @Override
    public void write(int character) throws IOException {
        char written = (char) character;
        if (isObeyed(written)) {
            out.write(String.format(Locale.ROOT, "\\u%04x", (int) written));
        } else {
            out.write(written);
        }
    }

    @Override
    public void write(char[] characters, int start, int length) throws IOException {
        for (int i = start; i < start + length; i++) {
            write(characters[i]);
        }
    }

    @Override
    public void write(String text, int start, int length) throws IOException {
        for (int i = start; i < start + length; i++) {
            write(text.charAt(i));
        }
    }

    private static boolean isObeyed(char character) {
        if (Character.isISOControl(character)) {
            return character != '\n' && character != '\t';
        }
        return character == '\u061c'
                || character == '\u200e'
                || character == '\u200f'
                || (character >= '\u2028' && character <= '\u202e')
                || (character >= '\u2066' && character <= '\u2069');
    }
}

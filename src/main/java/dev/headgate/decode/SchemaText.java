package dev.headgate.decode;

/**
 * A schema as its author wrote it.
 *
 * @param name under which others refer to it, or the path of its file
 */
record SchemaText(String name, String text) {}

package com.example;

import org.apache.camel.main.Main;

/** A camel-main application as any other; its routes are in {@code camel/orders.camel.yaml}. */
public final class Application {

    private Application() {}

    public static void main(String... arguments) throws Exception {
        new Main(Application.class).run(arguments);
    }
}

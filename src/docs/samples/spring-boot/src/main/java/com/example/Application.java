package com.example;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;

/** A Spring Boot application as any other; its routes are in {@code camel/orders.camel.yaml}. */
@SpringBootApplication
public class Application {

    public static void main(String... arguments) {
        SpringApplication.run(Application.class, arguments);
    }
}

package dev.headgate.cli.command;

import com.fasterxml.jackson.databind.JsonNode;
import dev.headgate.ConfigurationException;
import dev.headgate.HeadgateException;
import dev.headgate.manage.ManagementAccess;
import java.net.URI;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import javax.management.ObjectName;

/**
 * The process that runs with the same settings, by its management server: what its status page reads, and what may be
 * changed of it. Immutable.
 */
public final class RunningProcess {

    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final int FORBIDDEN = 403;

    private final ManagementAccess access;

    /** @throws ConfigurationException if its management server is off */
    public RunningProcess(ManagementAccess access) {
        if (!access.isEnabled()) {
            throw new ConfigurationException("The management server is off: set camel.management.enabled=true.");
        }
        this.access = access;
    }

    /**
     * What {@code /observe/status} says.
     *
     * @throws HeadgateException if nobody answers, or not so
     */
    public JsonNode status() {
        URI url = URI.create(access.url() + "/observe/status");
        JsonAnswer answer = JsonAnswer.from(url, access.authorization());
        return switch (answer.status()) {
            case 200 -> answer.body();
            case 401 -> throw wrongCredentials(url);
            case 404 ->
                throw new HeadgateException(url + " is not there: the process has no meters"
                        + " (camel.management.metrics-enabled=false), or is no Headgate of this version.");
            default -> throw new HeadgateException(url + " answers " + answer.status() + ".");
        };
    }

    /**
     * Runs an operation of an MBean of type {@code services}.
     *
     * @return what it returns
     * @throws HeadgateException if nobody answers, it is not allowed, or it fails
     */
    public JsonNode execute(String name, String operation, Duration patience) {
        return ask(Map.of("type", "exec", "mbean", mbean(name), "operation", operation), patience);
    }

    /** Likewise. */
    public void execute(String name, String operation) {
        execute(name, operation, PATIENCE);
    }

    /** Sets an attribute of an MBean of type {@code services}; throws likewise. */
    public void write(String name, String attribute, Object value) {
        Map<String, Object> request = new HashMap<>();
        request.put("type", "write");
        request.put("mbean", mbean(name));
        request.put("attribute", attribute);
        request.put("value", value);
        ask(request, PATIENCE);
    }

    private JsonNode ask(Map<String, ?> request, Duration patience) {
        URI url = URI.create(access.url() + "/observe/jolokia/");
        JsonAnswer answer = JsonAnswer.to(url, access.authorization(), request, patience);
        if (answer.status() == 401) {
            throw wrongCredentials(url);
        }
        int status = answer.body().path("status").asInt(answer.status());
        if (status == FORBIDDEN) {
            throw new HeadgateException(access.url() + " lets nothing be changed: start the process with"
                    + " headgate.management.write=true and a headgate.management.token.");
        }
        if (status != 200) {
            throw new HeadgateException(access.url() + " answers " + status + ": " + reason(answer.body()) + ".");
        }
        return answer.body().path("value");
    }

    /** Without the class of the exception, which Jolokia puts before its message. */
    private static String reason(JsonNode answer) {
        return answer.path("error").asText().replaceFirst("^([\\w.$]+ : )+", "");
    }

    private static HeadgateException wrongCredentials(URI url) {
        return new HeadgateException(url + " does not take the credentials of these settings: they need the"
                + " process's headgate.management.token, or its user and password.");
    }

    private static String mbean(String name) {
        return "org.apache.camel:context=headgate,type=services,name=" + ObjectName.quote(name);
    }
}

package dev.headgate.cli.checks;

import dev.headgate.ConfigurationException;
import dev.headgate.HeadgateException;
import dev.headgate.app.SendingContext;
import dev.headgate.cli.command.Failures;
import dev.headgate.settings.Settings;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.camel.CamelContext;
import org.apache.camel.component.aws2.s3.AWS2S3Endpoint;
import org.apache.camel.component.aws2.sqs.Sqs2Endpoint;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.services.sqs.SqsClient;

/**
 * Asks for the queues and buckets that the routes name, through Camel's own components: Camel would start without them,
 * and wait.
 *
 * <p>What only Camel can resolve (an ARN, an endpoint with a region of its own) is not asked for, nor what the
 * credentials do not allow to ask.
 */
final class AwsCheck {

    private static final Pattern ENDPOINT = Pattern.compile("\\b(aws2-sqs|aws2-s3|objects):(?://)?([\\w.:{}-]+)");
    private static final Pattern PLACEHOLDER = Pattern.compile("\\{\\{([\\w.-]+)}}");
    /** What an endpoint says about its own access; the check knows the component's only. */
    private static final Pattern OWN_ACCESS = Pattern.compile(
            "\\b(region|queueUrl|queueOwnerAWSAccountId|uriEndpointOverride|amazonAWSHost|amazonSQSClient|amazonS3Client|accessKey|profileCredentialsName)\\b");

    private static final int NOT_FOUND = 404;
    private static final int FORBIDDEN = 403;

    private final Settings settings;

    AwsCheck(Settings settings) {
        this.settings = settings;
    }

    /**
     * Asks.
     *
     * @throws HeadgateException if a server does not answer, or a queue or bucket is not there
     */
    void run(Path routes) {
        Map<String, String> endpoints = endpoints(routes);
        if (endpoints.isEmpty()) {
            return;
        }
        try (SendingContext sending = SendingContext.start(settings)) {
            endpoints.forEach((uri, origin) -> check(sending.camelContext(), uri, origin));
        }
    }

    /** The URIs, each with the words about where its name is set. */
    private Map<String, String> endpoints(Path routes) {
        Map<String, String> endpoints = new LinkedHashMap<>();
        try (DirectoryStream<Path> files = Files.newDirectoryStream(routes, Preflight.PATTERN)) {
            for (Path file : files) {
                String yaml = Files.readString(file).replaceAll("(?m)^\\s*#.*$", "");
                if (OWN_ACCESS.matcher(yaml).find()) {
                    continue;
                }
                Matcher endpoint = ENDPOINT.matcher(yaml);
                while (endpoint.find()) {
                    String scheme = endpoint.group(1).equals("aws2-sqs") ? "aws2-sqs" : "aws2-s3";
                    String written = endpoint.group(2);
                    Matcher placeholder = PLACEHOLDER.matcher(written);
                    String origin =
                            placeholder.matches() ? "set " + placeholder.group(1) : "name another one in " + file;
                    resolved(written).ifPresent(name -> endpoints.put(scheme + "://" + name, origin));
                }
            }
        } catch (IOException e) {
            throw new ConfigurationException("The routes in " + routes + " cannot be read: " + e + ".", e);
        }
        return endpoints;
    }

    private Optional<String> resolved(String written) {
        String name = PLACEHOLDER
                .matcher(written)
                .replaceAll(found ->
                        Matcher.quoteReplacement(settings.find(found.group(1)).orElse(found.group())));
        return name.isEmpty() || name.contains("{") || name.contains(":") ? Optional.empty() : Optional.of(name);
    }

    private void check(CamelContext context, String uri, String origin) {
        boolean queue = uri.startsWith("aws2-sqs:");
        String name = uri.substring(uri.indexOf("//") + 2);
        try {
            if (queue ? isQueue(context, uri, name) : isBucket(context, uri, name)) {
                return;
            }
        } catch (RuntimeException e) {
            if (e instanceof AwsServiceException refusal && refusal.statusCode() == FORBIDDEN) {
                return;
            }
            throw unusable(queue, e);
        }
        throw new ConfigurationException("The %s '%s' does not exist at %s: create it, or %s."
                .formatted(queue ? "SQS queue" : "S3 bucket", name, where(component(queue)), origin));
    }

    /** As Camel looks for it. */
    private static boolean isQueue(CamelContext context, String uri, String name) {
        SqsClient client = context.getEndpoint(uri, Sqs2Endpoint.class).getClient();
        return client.listQueuesPaginator(request -> request.queueNamePrefix(name)).queueUrls().stream()
                .anyMatch(url -> url.endsWith("/" + name));
    }

    private static boolean isBucket(CamelContext context, String uri, String name) {
        AWS2S3Endpoint endpoint = context.getEndpoint(uri, AWS2S3Endpoint.class);
        endpoint.start();
        try {
            endpoint.getS3Client().headBucket(request -> request.bucket(name));
            return true;
        } catch (AwsServiceException refusal) {
            if (refusal.statusCode() == NOT_FOUND) {
                return false;
            }
            throw refusal;
        }
    }

    private HeadgateException unusable(boolean queue, RuntimeException e) {
        String component = component(queue);
        return new HeadgateException(
                "%s cannot be used at %s (%s): start it, or set %suri-endpoint-override; region and credentials are %s*."
                        .formatted(
                                queue ? "SQS" : "S3",
                                where(component),
                                Failures.innermost(e).replaceFirst("[.:]$", ""),
                                component,
                                component),
                e);
    }

    private static String component(boolean queue) {
        return "camel.component." + (queue ? "aws2-sqs." : "aws2-s3.");
    }

    private String where(String component) {
        return settings.find(component + "uri-endpoint-override")
                .orElseGet(() -> "Amazon's endpoint of the region "
                        + settings.find(component + "region").orElse("that the AWS SDK finds"));
    }
}

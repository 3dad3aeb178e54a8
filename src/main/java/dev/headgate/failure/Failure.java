package dev.headgate.failure;

import dev.headgate.HeadgateException;
import java.io.EOFException;
import java.io.InterruptedIOException;
import java.net.SocketException;
import java.net.UnknownHostException;
import java.net.http.HttpTimeoutException;
import java.nio.channels.ClosedChannelException;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLException;
import org.apache.camel.http.base.HttpOperationFailedException;
import org.apache.kafka.common.InvalidRecordException;
import org.apache.kafka.common.errors.InvalidTopicException;
import org.apache.kafka.common.errors.RecordBatchTooLargeException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.errors.SerializationException;
import org.jspecify.annotations.Nullable;
import org.springframework.transaction.TransactionSystemException;
import software.amazon.awssdk.core.exception.SdkServiceException;

/**
 * What a failure is, told from its chain of causes; the outermost cause that says so decides.
 *
 * <p>Where a batch is written, {@link Undecided} and {@link Unknown} are decided by an experiment: what fails alone again
 * and again while others pass lies in the message, what fails with all others is an outage. A step before a batch works on
 * one message only: there what is undecided is tried again like an outage, and an unknown failure lies in the message.
 */
public sealed interface Failure {

    /** Short, the same for all messages that failed for the same cause. */
    String reason();

    /** The details of this case. */
    String error();

    /** The failure may be over later, and the same message succeed. */
    record Outage(String reason, String error) implements Failure {}

    /** The failure lies in the message, which can never succeed. */
    record Rejected(String reason, String error) implements Failure {}

    /** A server refused it with a state that tells nothing: the message can be at fault, or the server. */
    record Undecided(String reason, String error) implements Failure {}

    /** Neither of both is known. */
    record Unknown(String reason, String error) implements Failure {}

    /**
     * Classes of SQLSTATE that lie in the data: data exception, integrity constraint violation, and a limit of the program
     * exceeded (a value too long for its index, nested too deeply).
     */
    Set<String> DATA = Set.of("22", "23", "54");

    /**
     * Classes of SQLSTATE, and states, that lie in the server or in the way to it, whatever the data: connection,
     * authorization of the session, catalog, transaction rollback, resources, system error; ended sessions, read-only
     * transactions, and a lock that could not be had in time.
     */
    Set<String> SERVER = Set.of("08", "28", "3D", "40", "53", "58");

    Set<String> SERVER_STATES = Set.of("25006", "25P03", "25P04", "55P03", "57P01", "57P02", "57P03", "57P04", "57P05");

    /** Tells what the failure is. */
    static Failure of(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = beneath(cause)) {
            String error = String.valueOf(cause.getMessage());
            if (cause instanceof RejectedException rejected) {
                return new Rejected(rejected.reason(), error);
            }
            if (cause instanceof RetryException retry) {
                return new Outage(retry.reason(), error);
            }
            if (cause instanceof SQLException sql && sql.getSQLState() != null) {
                return of(sql.getSQLState(), error);
            }
            if (isTransient(cause)) {
                return new Outage(name(cause), error);
            }
            int status = httpStatus(cause);
            if (status == 408 || status == 425 || status == 429 || status >= 500) {
                return new Outage("HTTP " + status, error);
            }
        }
        Throwable innermost = innermost(failure);
        return new Unknown(name(innermost), String.valueOf(innermost.getMessage()));
    }

    /**
     * The failure to send one request and nothing else: an answer of HTTP or of Kafka that says the request itself is at
     * fault, whoever sends it again, becomes a {@link RejectedException}; any other failure stays what it is.
     */
    static Throwable ofRequest(Throwable failure) {
        if (!(of(failure) instanceof Unknown)) {
            return failure;
        }
        if (failure instanceof HttpOperationFailedException http
                && http.getStatusCode() >= 400
                && http.getStatusCode() < 500) {
            String body = http.getResponseBody() == null ? "" : http.getResponseBody();
            return new RejectedException("HTTP " + http.getStatusCode(), (http.getMessage() + " " + body).strip());
        }
        Throwable innermost = innermost(failure);
        return isNeverTaken(innermost)
                ? new RejectedException(name(innermost), String.valueOf(innermost.getMessage()))
                : failure;
    }

    /**
     * The failure to send something to an address. Where it only says that a connection failed or that nobody answered,
     * the host and port of the address are said with it; any other failure stays what it is.
     *
     * @param address a URI, of which nothing else is shown; null if it is not known
     */
    static Throwable ofSending(Throwable failure, @Nullable String address) {
        String place = address == null ? null : Summary.missingPlace(causes(failure), address);
        return place == null ? failure : new HeadgateException(summary(failure) + ", to " + place, failure);
    }

    /** Whether sending one request failed by what is in it, as {@link #ofRequest} and {@link #of} tell. */
    static boolean isRefusal(Throwable failure) {
        return of(ofRequest(failure)) instanceof Rejected;
    }

    /** One line: what the database said, or the innermost cause. */
    static String summary(Throwable failure) {
        return Summary.of(causes(failure));
    }

    /** Its innermost failure of a database; null if there is none. */
    static @Nullable SQLException sql(Throwable failure) {
        return Summary.sql(causes(failure));
    }

    private static Failure of(String state, String error) {
        String reason = "SQLSTATE " + state;
        String kind = state.length() == 5 ? state.substring(0, 2) : "";
        if (DATA.contains(kind)) {
            return new Rejected(reason, error);
        }
        boolean server = kind.isEmpty() || SERVER.contains(kind) || SERVER_STATES.contains(state);
        return server ? new Outage(reason, error) : new Undecided(reason, error);
    }

    /** The status that a service answered with, or -1. */
    private static int httpStatus(Throwable cause) {
        if (cause instanceof SdkServiceException amazon) {
            return amazon.statusCode();
        }
        return cause instanceof HttpOperationFailedException http ? http.getStatusCode() : -1;
    }

    /** Lost connections, time-outs, names that cannot be resolved, and stops. */
    private static boolean isTransient(Throwable cause) {
        return cause instanceof SQLException
                || cause instanceof SocketException
                || cause instanceof InterruptedIOException
                || cause instanceof UnknownHostException
                || cause instanceof HttpTimeoutException
                || cause instanceof ClosedChannelException
                || cause instanceof EOFException
                || cause instanceof SSLException
                || cause instanceof TimeoutException
                || cause instanceof InterruptedException
                || cause instanceof RejectedExecutionException
                || cause instanceof RetriableException
                || cause instanceof VirtualMachineError;
    }

    private static List<Throwable> causes(Throwable failure) {
        List<Throwable> causes = new ArrayList<>();
        for (Throwable cause = failure; cause != null; cause = beneath(cause)) {
            causes.add(cause);
        }
        return causes;
    }

    /**
     * What Kafka's producer or broker says of one record: larger than {@code max.request.size} or than the topic takes, no
     * key for a compacted topic, a topic that cannot have such a name.
     */
    private static boolean isNeverTaken(Throwable cause) {
        return cause instanceof RecordTooLargeException
                || cause instanceof RecordBatchTooLargeException
                || cause instanceof InvalidRecordException
                || cause instanceof InvalidTopicException
                || cause instanceof SerializationException;
    }

    private static Throwable innermost(Throwable failure) {
        Throwable innermost = failure;
        for (Throwable cause = failure; cause != null; cause = beneath(cause)) {
            innermost = cause;
        }
        return innermost;
    }

    /** Its cause; of a rollback that failed, what was to be rolled back: on a broken connection the one follows the other. */
    private static @Nullable Throwable beneath(Throwable failure) {
        Throwable first =
                failure instanceof TransactionSystemException rollback ? rollback.getApplicationException() : null;
        return first == null ? failure.getCause() : first;
    }

    private static String name(Throwable failure) {
        String simple = failure.getClass().getSimpleName();
        return simple.isEmpty() ? failure.getClass().getName() : simple;
    }
}

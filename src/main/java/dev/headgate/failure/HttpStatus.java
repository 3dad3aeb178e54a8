package dev.headgate.failure;

import java.lang.reflect.Method;

/**
 * The status that an exception of an HTTP client carries, without those clients on the class path: the AWS SDK's
 * {@code SdkServiceException} has {@code statusCode()}, Camel's {@code HttpOperationFailedException}
 * {@code getStatusCode()}.
 */
final class HttpStatus {

    private static final int NONE = -1;

    private HttpStatus() {}

    /** The status, or -1 if the failure has none. */
    static int of(Throwable failure) {
        int status = call(failure, "statusCode");
        return status == NONE ? call(failure, "getStatusCode") : status;
    }

    private static int call(Throwable failure, String name) {
        try {
            Method method = failure.getClass().getMethod(name);
            return method.getReturnType() == int.class ? (int) method.invoke(failure) : NONE;
        } catch (ReflectiveOperationException | RuntimeException e) {
            return NONE;
        }
    }
}

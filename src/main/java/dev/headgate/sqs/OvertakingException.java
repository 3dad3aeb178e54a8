package dev.headgate.sqs;

import dev.headgate.HeadgateException;

/** A message was received with an earlier one of its group that failed: both come again, in order. */
final class OvertakingException extends HeadgateException {

    OvertakingException(String group) {
        super("an earlier message of the group " + group + " failed; this one is delivered again after it");
    }
}

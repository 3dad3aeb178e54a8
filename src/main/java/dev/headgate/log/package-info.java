/**
 * What the log is made of. Guaranteed: no line and no stack trace has a secret of the settings of this process, nor what
 * looks like one, whoever logs it and at whatever level. Not guaranteed: that a level is worth reading.
 */
@NullMarked
package dev.headgate.log;

import org.jspecify.annotations.NullMarked;

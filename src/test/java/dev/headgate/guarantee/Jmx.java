package dev.headgate.guarantee;

import java.lang.management.ManagementFactory;
import javax.management.Attribute;
import javax.management.JMException;
import javax.management.MBeanServer;
import javax.management.ObjectName;

/** What a person does with any JMX client, to the only Headgate of this JVM. */
final class Jmx {

    private static final MBeanServer SERVER = ManagementFactory.getPlatformMBeanServer();

    private Jmx() {}

    static Object get(String type, String name, String attribute) throws JMException {
        return SERVER.getAttribute(find(type, name), attribute);
    }

    static void set(String type, String name, String attribute, long value) throws JMException {
        SERVER.setAttribute(find(type, name), new Attribute(attribute, value));
    }

    static void invoke(String type, String name, String operation) throws JMException {
        SERVER.invoke(find(type, name), operation, new Object[0], new String[0]);
    }

    private static ObjectName find(String type, String name) throws JMException {
        ObjectName documented =
                new ObjectName("org.apache.camel:context=headgate,type=%s,name=\"%s\"".formatted(type, name));
        return SERVER.queryNames(documented, null).iterator().next();
    }
}

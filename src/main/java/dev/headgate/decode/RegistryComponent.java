package dev.headgate.decode;

import org.apache.camel.spi.Metadata;
import org.apache.camel.support.DefaultComponent;
import org.jspecify.annotations.Nullable;

/** Knows who asks the schema registries of its endpoints. */
abstract class RegistryComponent extends DefaultComponent {

    @Metadata(label = "security", description = "The user that registries know, or the key of an interface.")
    private @Nullable String registryUser;

    @Metadata(label = "security", secret = true, description = "The password of registryUser.")
    private @Nullable String registryPassword;

    /** @throws IllegalArgumentException if the URL is no address of HTTP, or has a password in it */
    final RegistryClient client(String scheme, String url) {
        return RegistryClient.of(scheme, url, registryUser, registryPassword);
    }

    public @Nullable String getRegistryUser() {
        return registryUser;
    }

    public void setRegistryUser(@Nullable String registryUser) {
        this.registryUser = registryUser;
    }

    public @Nullable String getRegistryPassword() {
        return registryPassword;
    }

    public void setRegistryPassword(@Nullable String registryPassword) {
        this.registryPassword = registryPassword;
    }
}

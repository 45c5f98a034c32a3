/**
 * A GPU as the runtime sees it: memory, modules, launches, streams, events and graphs.
 *
 * <p>Addresses are 64-bit device addresses, sizes are in bytes. Every failure is a {@link
 * dev.clipjet.device.DeviceException}.
 */
package dev.clipjet.device;

export default function teardown() {
  globalThis.removePlans();
}

/* A plugin for qemu-user (TCG plugin API 1): counts the instructions that a program executes, and says how many at its
   end. Declared here as far as it is used, because Debian carries the emulator without its header. */
#include <inttypes.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

typedef uint64_t plugin_id;
struct block;
enum operation { ADD_U64 };
size_t qemu_plugin_tb_n_insns(const struct block *block);
void qemu_plugin_outs(const char *text);
void qemu_plugin_register_atexit_cb(plugin_id id, void (*end)(plugin_id, void *), void *data);
void qemu_plugin_register_vcpu_tb_exec_inline(struct block *block, enum operation op, void *counter, uint64_t by);
void qemu_plugin_register_vcpu_tb_trans_cb(plugin_id id, void (*translate)(plugin_id, struct block *));

__attribute__((visibility("default"))) int qemu_plugin_version = 1;
static uint64_t executed;

static void translate(plugin_id id, struct block *block) {
  (void)id;
  qemu_plugin_register_vcpu_tb_exec_inline(block, ADD_U64, &executed, qemu_plugin_tb_n_insns(block));
}

static void end(plugin_id id, void *data) {
  char text[64];
  (void)id;
  (void)data;
  snprintf(text, sizeof text, "instructions %" PRIu64 "\n", executed);
  qemu_plugin_outs(text);
}

__attribute__((visibility("default"))) int qemu_plugin_install(plugin_id id, const void *info, int count, char **words) {
  (void)info;
  (void)count;
  (void)words;
  qemu_plugin_register_vcpu_tb_trans_cb(id, translate);
  qemu_plugin_register_atexit_cb(id, end, NULL);
  return 0;
}

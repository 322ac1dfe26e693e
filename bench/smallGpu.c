/*
 * A Vulkan driver in front of another one (SMALL_GPU_DRIVER, its library) that lends out only SMALL_GPU_BYTES, and says that it has
 * SMALL_GPU_TELLS (without: as many): a GPU whose memory is too small, on any machine. With SMALL_GPU_LOST, the device is lost after this
 * many submissions. See bench/README.md.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

typedef void (*Function)(void);
typedef Function (*Lookup)(void *, const char *);
struct AllocateInfo { int type; const void *next; uint64_t size; uint32_t memoryType; };
struct Heap { uint64_t size; uint32_t flags; };
struct Type { uint32_t flags, heap; };
struct Memory { uint32_t types; struct Type type[32]; uint32_t heaps; struct Heap heap[16]; };
struct Memory2 { int type; void *next; struct Memory memory; };
struct Budget { int type; void *next; uint64_t budget[16], usage[16]; };

static Lookup icd, ofDevice;
static int (*allocate)(void *, const struct AllocateInfo *, const void *, void **);
static void (*release)(void *, void *, const void *);
static int (*submit)(void *, uint32_t, const void *, void *);
static void (*memory)(void *, struct Memory *);
static void (*memory2)(void *, struct Memory2 *);
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static uint64_t used;
static struct { void *memory; uint64_t size; } lent[65536];

static uint64_t limit(void) { const char *bytes = getenv("SMALL_GPU_BYTES"); return bytes ? strtoull(bytes, 0, 10) : UINT64_MAX; }

static int allocateSome(void *device, const struct AllocateInfo *info, const void *allocator, void **out) {
  pthread_mutex_lock(&lock);
  int result = -2; // VK_ERROR_OUT_OF_DEVICE_MEMORY
  if (used + info->size <= limit() && (result = allocate(device, info, allocator, out)) == 0)
    for (int i = 0; i < 65536; i++) if (!lent[i].memory) { lent[i].memory = *out; lent[i].size = info->size; used += info->size; break; }
  pthread_mutex_unlock(&lock);
  return result;
}

static void releaseSome(void *device, void *freed, const void *allocator) {
  pthread_mutex_lock(&lock);
  for (int i = 0; freed && i < 65536; i++) if (lent[i].memory == freed) { used -= lent[i].size; lent[i].memory = 0; break; }
  pthread_mutex_unlock(&lock);
  release(device, freed, allocator);
}

static int submitSome(void *queue, uint32_t count, const void *work, void *fence) {
  static int submitted;
  const char *most = getenv("SMALL_GPU_LOST");
  return most && __sync_add_and_fetch(&submitted, 1) > atoi(most) ? -4 /* VK_ERROR_DEVICE_LOST */ : submit(queue, count, work, fence);
}

static uint64_t told(void) { const char *bytes = getenv("SMALL_GPU_TELLS"); return bytes ? strtoull(bytes, 0, 10) : limit(); }
static void smaller(struct Memory *memory) { for (uint32_t i = 0; i < memory->heaps; i++) if (memory->heap[i].size > told()) memory->heap[i].size = told(); }
static void someMemory(void *gpu, struct Memory *out) { memory(gpu, out); smaller(out); }
static void someMemory2(void *gpu, struct Memory2 *out) {
  memory2(gpu, out);
  smaller(&out->memory);
  for (struct Budget *next = out->next; next; next = next->next) if (next->type == 1000237000)
    for (int i = 0; i < 16; i++) { next->usage[i] = used; next->budget[i] = told(); }
}

static Function deviceFunction(void *device, const char *name) {
  Function found = ofDevice(device, name);
  if (!strcmp(name, "vkAllocateMemory")) { allocate = (void *)found; return (Function)allocateSome; }
  if (!strcmp(name, "vkQueueSubmit")) { submit = (void *)found; return (Function)submitSome; }
  if (!strcmp(name, "vkFreeMemory")) { release = (void *)found; return (Function)releaseSome; }
  return found;
}

Function vk_icdGetInstanceProcAddr(void *instance, const char *name) {
  if (!icd) icd = (Lookup)dlsym(dlopen(getenv("SMALL_GPU_DRIVER"), RTLD_NOW), "vk_icdGetInstanceProcAddr");
  Function found = icd(instance, name);
  if (!found) return found;
  if (!strcmp(name, "vkGetDeviceProcAddr")) { ofDevice = (Lookup)found; return (Function)deviceFunction; }
  if (!strcmp(name, "vkAllocateMemory")) { allocate = (void *)found; return (Function)allocateSome; }
  if (!strcmp(name, "vkFreeMemory")) { release = (void *)found; return (Function)releaseSome; }
  if (!strcmp(name, "vkGetPhysicalDeviceMemoryProperties")) { memory = (void *)found; return (Function)someMemory; }
  if (!strncmp(name, "vkGetPhysicalDeviceMemoryProperties2", 36)) { memory2 = (void *)found; return (Function)someMemory2; }
  return found;
}
Function vk_icdGetPhysicalDeviceProcAddr(void *instance, const char *name) {
  if (!strncmp(name, "vkGetPhysicalDeviceMemoryProperties", 35)) return vk_icdGetInstanceProcAddr(instance, name);
  static Lookup real;
  if (!real) { vk_icdGetInstanceProcAddr(0, "vkCreateInstance"); real = (Lookup)dlsym(dlopen(getenv("SMALL_GPU_DRIVER"), RTLD_NOW), "vk_icdGetPhysicalDeviceProcAddr"); }
  return real ? real(instance, name) : 0;
}
int vk_icdNegotiateLoaderICDInterfaceVersion(uint32_t *version) {
  int (*negotiate)(uint32_t *) = dlsym(dlopen(getenv("SMALL_GPU_DRIVER"), RTLD_NOW), "vk_icdNegotiateLoaderICDInterfaceVersion");
  return negotiate(version);
}

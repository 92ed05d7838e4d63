import type { Llama, LlamaLogLevel } from "node-llama-cpp";
import { InputError } from "../../base/diagnostic.ts";

/// What may compute; `auto` takes the best that works.
export type GpuChoice = "auto" | "cuda" | "vulkan" | "metal" | "cpu";

type LogLevel = "debug" | "info" | "warn" | "error";
export type OnLog = (level: LogLevel, message: string) => void;

const DEVICE_NAMES = { cuda: "CUDA", vulkan: "Vulkan", metal: "Metal" } as const;

/// Everybody who wants to hear llama.cpp's log lines. They come from native threads and name no model.
const listeners = new Set<OnLog>();

/// llama.cpp with one kind of device. Kept for the process's life: starting one takes 0.3 s, as
/// node-llama-cpp tries the binary in a child process first; and once one was ended, llama.cpp's log
/// lines of all others go to stderr.
const backends = new Map<GpuChoice, Promise<Llama>>();

/// Calls `listener` with llama.cpp's log lines until the returned function is called.
export function listenToLog(listener: OnLog): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/// Throws the `InputError` `gpu-unavailable` if the device asked for does not work here.
export function backend(gpu: GpuChoice): Promise<Llama> {
  let starting = backends.get(gpu);
  if (!starting) {
    starting = start(gpu);
    backends.set(gpu, starting);
    // A driver may be installed by the next time.
    starting.catch(() => backends.delete(gpu));
  }
  return starting;
}

async function start(gpu: GpuChoice): Promise<Llama> {
  const { getLlama, getLlamaGpuTypes, NoBinaryFoundError } = await import("node-llama-cpp");
  // For a device that the platform cannot have, `getLlama` takes the processor without a word.
  if (gpu !== "auto" && gpu !== "cpu" && !(await getLlamaGpuTypes("allValid")).includes(gpu)) {
    throw await unavailable(gpu);
  }
  try {
    return await getLlama({
      gpu: gpu === "cpu" ? false : gpu,
      build: "never",
      skipDownload: true,
      progressLogs: false,
      logger: (level, message) => {
        for (const listener of listeners) listener(logLevel(level), message.trimEnd());
      },
    });
  } catch (error) {
    if (error instanceof NoBinaryFoundError) throw await unavailable(gpu);
    throw error;
  }
}

async function unavailable(gpu: GpuChoice): Promise<InputError> {
  const { getLlamaGpuTypes } = await import("node-llama-cpp");
  const others = (await getLlamaGpuTypes("supported")).map((type) => (type === false ? "cpu" : type));
  if (gpu === "auto" || gpu === "cpu") {
    return new InputError({
      code: "runtime-unavailable",
      severity: "error",
      message: `no build of llama.cpp runs on this machine (${process.platform} ${process.arch})`,
      hint: "Install Tokensieve for this platform; on Linux it needs glibc.",
    });
  }
  return new InputError({
    code: "gpu-unavailable",
    severity: "error",
    message: `${DEVICE_NAMES[gpu]} does not work on this machine; what works: ${others.join(", ")}`,
    hint: `Choose "auto" or one of those, or install ${DEVICE_NAMES[gpu]}'s driver.`,
  });
}

/// What computes, as people read it: `CPU`, `CUDA (NVIDIA H100)`, `Metal (Apple M2), 20 of 33 layers`.
export async function deviceName(llama: Llama, gpuLayers: number, layers: number): Promise<string> {
  if (llama.gpu === false || gpuLayers === 0) return "CPU";
  const names = [...new Set(await llama.getGpuDeviceNames())];
  const name = `${DEVICE_NAMES[llama.gpu]}${names.length > 0 ? ` (${names.join(", ")})` : ""}`;
  return gpuLayers < layers ? `${name}, ${gpuLayers} of ${layers} layers` : name;
}

function logLevel(level: LlamaLogLevel): LogLevel {
  switch (`${level}` as const) {
    case "fatal":
    case "error":
      return "error";
    case "warn":
      return "warn";
    case "info":
      return "info";
    default:
      return "debug";
  }
}

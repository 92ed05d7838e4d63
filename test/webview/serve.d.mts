export function serveFolder(
  folder: string,
  port?: number,
): Promise<{ readonly url: string; stop(): Promise<void> }>;

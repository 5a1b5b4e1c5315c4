export declare function fire(
  port: number,
  connections: number,
  next: () => Uint8Array | undefined,
  heard?: (status: number, body: string, request: Uint8Array) => void,
): Promise<Record<string, number>>

import { useEffect, useRef, useState } from "preact/hooks";
import { type Contribution, type EmbeddedFrame, embed, type Surroundings } from "./embed.ts";

interface Props extends Omit<Surroundings, "loaded" | "resized"> {
  contribution: Contribution;
  title: string;
  onLoaded?(frame: EmbeddedFrame): void;
  onDisposed?(frame: EmbeddedFrame): void;
}

/** The group's first height in pixels, as in vss-extension.json. */
const groupHeight = 220;

/** One frame of the extension. It lives as long as the component, so a new frame needs a new key. */
export function ExtensionFrame({ contribution, title, onLoaded, onDisposed, ...around }: Props) {
  const iframe = useRef<HTMLIFrameElement>(null);
  const frame = useRef<EmbeddedFrame>(undefined);
  const [height, setHeight] = useState(groupHeight);
  const theme = around.theme();

  // The frame takes the first props. A change of them comes with a new key.
  useEffect(() => {
    if (!iframe.current) {
      return;
    }
    const embedded = embed(iframe.current, contribution, {
      ...around,
      loaded: (loaded) => onLoaded?.(loaded),
      resized: setHeight,
    });
    frame.current = embedded;
    return () => {
      embedded.dispose();
      onDisposed?.(embedded);
    };
  }, []);

  useEffect(() => frame.current?.changeTheme(theme), [theme]);

  return (
    <iframe
      ref={iframe}
      title={title}
      class={`extension ${contribution}`}
      style={contribution === "group" ? { height: `${height}px` } : {}}
    />
  );
}

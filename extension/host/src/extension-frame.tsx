import { useEffect, useRef, useState } from "preact/hooks";
import { type EmbeddedFrame, embed, type Surroundings } from "./embed.ts";
import { contributionOf } from "./manifest.ts";

interface Props extends Omit<Surroundings, "loaded" | "resized"> {
  contribution: string;
  title: string;
  /** It is as high as its content. */
  grows?: boolean;
  onLoaded?(frame: EmbeddedFrame): void;
  onDisposed?(frame: EmbeddedFrame): void;
}

/** Of frames that are as high as their content, until they have told it, in pixels. */
const firstHeight = 120;

/** One frame of the extension. It lives as long as the component, so a new frame needs a new key. */
export function ExtensionFrame({
  contribution,
  title,
  grows = false,
  onLoaded,
  onDisposed,
  ...around
}: Props) {
  const iframe = useRef<HTMLIFrameElement>(null);
  const frame = useRef<EmbeddedFrame>(undefined);
  const [height, setHeight] = useState(contributionOf(contribution).properties.height ?? firstHeight);
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
      style={grows ? { height: `${height}px` } : {}}
    />
  );
}
